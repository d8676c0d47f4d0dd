// SPDX-License-Identifier: MIT
#include <weft/ext/peers.hpp>

#include "core/dialer.hpp"
#include "core/event_queue.hpp"
#include "core/guard.hpp"
#include "core/socket.hpp"

#include <algorithm>
#include <utility>

// Pipes come and go, and who wants to know is told.
namespace weft::core {

void socket::add(std::unique_ptr<ext::connection> c, origin from) {
  std::shared_ptr<ext::connection> const connection(std::move(c));
  std::shared_ptr<link> l;
  auto* const lane = engine_->loop().lane_of(connection->source());
  {
    guard lock(*this);
    if (closed_) return;
    auto const id = pipe_id{++last_pipe_};
    l = std::make_shared<link>(shared_from_this(), id, connection, lane, options_.receive_window);
    l->set_priorities(from.priorities.send, from.priorities.receive);
    l->from = std::move(from);
    links_.emplace(static_cast<std::uint32_t>(id), l);
    if (lane) keep_lane(lane, +1);
  }
  // Whoever fell asleep without this lane would never drive it.
  if (lane) sleepers_.wake_all();
  connection->start(l->doorbell());
  auto const verdict = options_.admit ? options_.admit(l->info()) : std::error_code{};
  guard lock(*this);
  if (!l->over_ && !closed_) attach(*l, verdict);
}

/// `verdict`: what the user says of the peer.
void socket::attach(link& l, std::error_code verdict) {
  monitor_event e{.url = l.from.url, .peer = l.connection_->peer_address(), .pipe = l.id()};
  if (auto const why = verdict ? verdict : protocol_->attach(l)) {
    e.what = monitor_event::rejected;
    e.why = why;
    l.refused_ = true;
    l.close(why);
    return tell(e);
  }
  l.attached_ = true;
  ++attached_;
  changed();
  l.open();
  tell(e);
}

void socket::remove(link& l, std::error_code why) noexcept {
  std::size_t const unconfirmed = l.connection_->unconfirmed();
  unconfirmed_ += unconfirmed;
  bool const was_attached = std::exchange(l.attached_, false);
  if (was_attached) {
    --attached_;
    protocol_->detach(l);
  }
  for (auto n = l.held(); n > 0; --n) drop(drop_reason::unread, direction::incoming, &l, l.receive());
  sum_up(l);
  if (l.lane_) keep_lane(l.lane_, -1);
  auto const id = static_cast<std::uint32_t>(l.id());
  if (auto const it = links_.find(id); it != links_.end()) {
    // Rung: it is on the list, or a thread is about to put it there.
    bool const listed = l.bell_.rung_.exchange(true, std::memory_order_seq_cst);
    (listed ? lingering_ : removed_).push_back(std::move(it->second));
    eventful_ = true;
    links_.erase(it);
    found_ = nullptr;
  }
  if (was_attached || (why && !l.refused_))
    tell({.what = was_attached ? monitor_event::lost : monitor_event::rejected,
          .url = l.from.url,
          .peer = l.connection_->peer_address(),
          .pipe = l.id(),
          .why = why,
          .detail = {},
          .fault = l.connection_->fault(),
          .unconfirmed = unconfirmed});
  if (auto d = l.from.redials.lock()) d->connection_over(was_attached);
  if (attached_ == 0 && options_.fail_without_peers) {
    end_parked(errc::no_peers);
    empty_buffers(errc::no_peers);
  }
}

void socket::keep_lane(lane* l, int n) {
  auto it = std::ranges::find(lanes_, l, &std::pair<lane*, int>::first);
  if (it == lanes_.end()) it = lanes_.insert(lanes_.end(), {l, 0});
  it->second += n;
  bool const changed = (n > 0 && it->second == n) || it->second == 0;
  if (it->second == 0) lanes_.erase(it);
  if (!changed) return;
  if (has_audience_) l->add_audience(n > 0 ? 1 : -1);
  lanes_version_.fetch_add(1, std::memory_order_release);
}

/// The lanes move when somebody waits who is in no call.
void socket::settle_audience() noexcept {
  bool const now = attended_.load(std::memory_order_relaxed) || tended_.load(std::memory_order_relaxed);
  if (std::exchange(has_audience_, now) == now) return;
  for (auto& [lane, users] : lanes_) lane->add_audience(now ? 1 : -1);
}

void socket::tend(bool on) noexcept {
  tenders_ += on ? 1 : -1;
  on = tenders_ > 0;
  if (on == tended_.load(std::memory_order_relaxed)) return;
  // Told before the guard looks for rings once more: see there.
  tended_.store(on, std::memory_order_seq_cst);
  tending_begins_ = on;
  eventful_ |= on;
  settle_audience();
}

void socket::tell(monitor_event const& e) noexcept {
  count(e);
  for (auto& m : monitors_) m->push(e);
  if (!options_.on_event) return;
  // On the loop: one at a time, in order, and under no lock.
  engine_->loop().post([self = shared_from_this(), e] { self->options_.on_event(e); });
}

/// Attached peers: all, or those dialed at `url`.
std::size_t socket::peers_at(std::string_view url) const noexcept {
  if (url.empty()) return attached_;
  return static_cast<std::size_t>(std::ranges::count_if(links_, [=](auto const& l) {
    return l.second->attached() && l.second->from.dialed && l.second->from.url == url;
  }));
}

void socket::report(monitor_event e) {
  guard lock(*this);
  tell(e);
}

void socket::add_monitor(std::shared_ptr<event_queue> m) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  monitors_.push_back(std::move(m));
}

void socket::remove_monitor(event_queue const& m) noexcept {
  if (!engine_->ours()) return;
  guard lock(*this);
  std::erase_if(monitors_, [&](auto& q) { return q.get() == &m; });
}

void socket::drop(drop_reason why, direction which, ext::pipe const* p, message&& m) noexcept {
  ++dropped_.at(why, which);
  if (p) ++static_cast<link*>(const_cast<ext::pipe*>(p))->dropped.at(why, which);
  if (std::ranges::none_of(monitors_, &event_queue::wants_drops)) return;
  monitor_event e{.what = monitor_event::dropped, .pipe = p ? p->id() : pipe_id{}, .reason = why, .which = which};
  e.message = std::make_shared<weft::message const>(std::move(m));
  for (auto& q : monitors_)
    if (q->wants_drops()) q->push(e);
}

}  // namespace weft::core

namespace weft::ext {

peers_operation::peers_operation(std::shared_ptr<core::socket> s, std::size_t wanted, std::string url)
    : socket_(std::move(s)), wanted_(wanted), url_(std::move(url)) {}
bool peers_operation::holds() const noexcept { return socket_->peers_at(url_) >= wanted_; }
void peers_operation::begin() { socket_->start(*this); }
bool peers_operation::cancel() { return socket_->cancel(*this); }

}  // namespace weft::ext
