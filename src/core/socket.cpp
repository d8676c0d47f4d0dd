// SPDX-License-Identifier: MIT
#include "core/socket.hpp"

#include "core/dialer.hpp"
#include "core/event_queue.hpp"
#include "core/guard.hpp"

#include <algorithm>
#include <utility>

namespace weft::core {

namespace {

// In the place of the list of the rung, once nobody will answer any more.
link* const deaf = reinterpret_cast<link*>(std::uintptr_t{1});

}  // namespace

socket::socket(std::shared_ptr<core::engine> e, ext::handshake h, socket_options const& o, make_protocol const& make)
    : engine_(std::move(e)), handshake_(h), options_(o), protocol_(make(*this)) {
  attended_ = protocol_->eager();
}

socket::~socket() { engine_->loop().disarm(alarm_); }

std::unique_ptr<ext::context> socket::open_context(open_function const& open) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  auto c = open(*protocol_);
  c->place = new ext::context::parking(*c);
  places_.push_back(*c->place);
  return c;
}

void socket::with(ext::context& c, std::function<void(ext::context&)> const& work) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  if (closed_) raise(make_error_code(errc::closed));
  work(c);
}

void socket::close_context(std::unique_ptr<ext::context> c) noexcept {
  if (!c) return;
  if (!engine_->ours()) return (void)c.release();  // its socket's lock may be held for ever
  guard lock(*this);
  std::unique_ptr<ext::context::parking> const place(c->place);
  if (readable_context_ == c.get()) readable_context_ = nullptr;
  if (writable_context_ == c.get()) writable_context_ = nullptr;
  c.reset();
}

// Links that ring, from any thread.

void link::ring() noexcept {
  if (rung_.exchange(true, std::memory_order_seq_cst)) return ring_again();
  auto& head = socket_->rung_;
  next_rung_ = head.load(std::memory_order_relaxed);
  do {
    if (next_rung_ == deaf) return;
  } while (!head.compare_exchange_weak(next_rung_, this, std::memory_order_seq_cst, std::memory_order_relaxed));
  socket_->alert(urgent_.load(std::memory_order_seq_cst) && urgent_.exchange(false));
}

/// The first ring has no answer so far, and perhaps will have none for long. On the loop that is not good enough:
/// the news may be the end, and it must be noticed although nobody waits.
void link::ring_again() noexcept {
  if (!socket_->engine_->loop().on_loop()) return;
  urgent_.store(true, std::memory_order_seq_cst);  // for who rang first and is not on the list yet
  if (socket_->rung()) socket_->attend();
}

/// Somebody must answer: a sleeper, this thread if it runs the loop, or the loop if the socket asked for it or it
/// is urgent. Otherwise whoever calls next.
void socket::alert(bool urgent) noexcept {
  if (sleepers_.any() && sleepers_.wake_one()) return;
  if (engine_->loop().on_loop()) return attend();
  if (!urgent && !attended_.load(std::memory_order_relaxed)) return;
  if (attend_posted_.exchange(true)) return;
  engine_->loop().post([weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self) return;
    self->attend_posted_ = false;
    self->attend();
  });
}

void socket::attend() noexcept { guard lock(*this); }

void socket::answer_rings() noexcept {
  link* list = rung_.load(std::memory_order_relaxed);
  if (!list || list == deaf) return;
  list = rung_.exchange(nullptr, std::memory_order_seq_cst);
  while (list) {
    link& l = *list;
    list = std::exchange(l.next_rung_, nullptr);
    if (l.over_) {
      forget(l);
      continue;
    }
    // Cleared before the connection is asked: a ring from now on means there is more.
    l.rung_.exchange(false, std::memory_order_seq_cst);
    l.touch();
    l.connection_->progress(l);
  }
}

/// Nobody will answer any more; who rings from now on finds it so.
void socket::deafen() noexcept {
  rung_.store(deaf, std::memory_order_seq_cst);
  for (auto& l : lingering_) removed_.push_back(std::move(l));
  lingering_.clear();
}

/// The link is over, and has come off the list of the rung: nothing of ours refers to it any more.
void socket::forget(link& l) noexcept {
  auto const it = std::ranges::find(lingering_, &l, &std::shared_ptr<link>::get);
  if (it == lingering_.end()) return;
  removed_.push_back(std::move(*it));
  lingering_.erase(it);
}

// What connections tell, under the lock.

link::link(std::shared_ptr<socket> s, pipe_id id, std::shared_ptr<ext::connection> c, core::lane* lane,
           unsigned window) noexcept
    : ext::pipe(id, *c, window, &s->touched_), socket_(std::move(s)), connection_(std::move(c)), lane_(lane) {}

void link::on_message(message&& m) noexcept {
  deliver(std::move(m));
  if (attached_) socket_->protocol_->readable(*this);
}

void link::on_writable(unsigned sends) noexcept {
  bool const could = can_send();
  add_credit(sends);
  if (attached_ && !could && can_send()) socket_->protocol_->writable(*this);
}

void link::on_closed(std::error_code why) noexcept {
  over_ = true;
  end_credit();
  socket_->remove(*this, why);
}

// Pipes come and go.

void socket::add(std::unique_ptr<ext::connection> c, std::string const& url, std::weak_ptr<dialer> origin) {
  std::shared_ptr<ext::connection> const connection(std::move(c));
  std::shared_ptr<link> l;
  {
    guard lock(*this);
    if (closed_) return;
    auto const id = pipe_id{++last_pipe_};
    auto* lane = engine_->loop().lane_of(connection->source());
    l = std::make_shared<link>(shared_from_this(), id, connection, lane, options_.receive_window);
    l->origin = std::move(origin);
    l->url = url;
    links_.emplace(static_cast<std::uint32_t>(id), l);
    if (lane) keep_lane(lane, +1);
  }
  connection->start(l);
  guard lock(*this);
  if (!l->over_ && !closed_) attach(*l);
}

void socket::attach(link& l) {
  monitor_event e{.url = l.url, .peer = l.connection_->peer_address(), .pipe = l.id()};
  if (auto const why = protocol_->attach(l)) {
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
  discarded_ += l.held();
  if (l.lane_) keep_lane(l.lane_, -1);
  auto const id = static_cast<std::uint32_t>(l.id());
  if (auto const it = links_.find(id); it != links_.end()) {
    // Rung: it is on the list, or a thread is about to put it there.
    bool const listed = l.rung_.exchange(true, std::memory_order_seq_cst);
    (listed ? lingering_ : removed_).push_back(std::move(it->second));
    links_.erase(it);
  }
  if (was_attached || (why && !l.refused_))
    tell({.what = was_attached ? monitor_event::lost : monitor_event::rejected,
          .url = l.url,
          .peer = l.connection_->peer_address(),
          .pipe = l.id(),
          .why = why,
          .detail = {},
          .unconfirmed = unconfirmed});
  if (auto d = l.origin.lock()) d->connection_over(was_attached);
}

void socket::keep_lane(lane* l, int n) {
  auto it = std::ranges::find(lanes_, l, &std::pair<lane*, int>::first);
  if (it == lanes_.end()) it = lanes_.insert(lanes_.end(), {l, 0});
  it->second += n;
  bool const changed = (n > 0 && it->second == n) || it->second == 0;
  if (it->second == 0) lanes_.erase(it);
  if (!changed) return;
  if (attended_.load(std::memory_order_relaxed)) l->add_audience(n > 0 ? 1 : -1);
  lanes_version_.fetch_add(1, std::memory_order_release);
}

void socket::tell(monitor_event const& e) noexcept {
  for (auto& m : monitors_) m->push(e);
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

void socket::drop(drop_reason why, direction which, ext::pipe const* p, message&&) noexcept {
  ++dropped_.at(why, which);
  if (p) ++static_cast<link*>(const_cast<ext::pipe*>(p))->dropped.at(why, which);
}

// Parked callers.

void socket::wake_receivers(ext::context& c) noexcept {
  if (!c.place->marked.linked()) marked_.push_back(*c.place);
  changed();
}

void socket::pump() noexcept {
  // Serving one caller may make room for another.
  while (senders_marked_ || !marked_.empty()) {
    if (std::exchange(senders_marked_, false)) pump_senders();
    while (!marked_.empty()) pump_receivers(marked_.pop_front());
  }
  if (!conditions_.empty()) pump_conditions();
}

/// Oldest caller first; one whose context cannot send yet does not hold up the others.
void socket::pump_senders() noexcept {
  operation* next = nullptr;
  for (operation* o = senders_.first(); o; o = next) {
    next = senders_.next(*o);
    auto& op = static_cast<send_operation&>(*o);
    if (!op.through->can_send() || !op.claim()) continue;
    finish(op, op.through->send(*op.outgoing));
  }
}

void socket::pump_receivers(ext::context::parking& place) noexcept {
  while (!place.receivers.empty() && place.owner.can_receive()) {
    auto& op = static_cast<receive_operation&>(place.receivers.front());
    if (!op.claim()) {
      op.hook.unlink();  // another case of its select won
      place.owner.pass_on();
      continue;
    }
    auto got = place.owner.receive();
    --place.owner.waiting;
    op.served = true;
    if (!got) {
      finish(op, got.error());
      continue;
    }
    op.incoming = *std::move(got);
    finish(op, {});
  }
}

void socket::pump_conditions() noexcept {
  operation* next = nullptr;
  for (operation* o = conditions_.first(); o; o = next) {
    next = conditions_.next(*o);
    auto& op = static_cast<condition_operation&>(*o);
    if (op.holds()) finish(op, {});
  }
}

void socket::finish(operation& op, std::error_code why) noexcept {
  op.hook.unlink();
  op.parked = false;
  op.why = why;
  finished_.push_back(op);
}

// Alarms: the loop is asked for the soonest only, and not told when one is disarmed, for most are.

void socket::arm(ext::context& c, clock::time_point when) noexcept {
  c.place->alarm = when;
  if (!c.place->armed.linked()) armed_.push_back(*c.place);
  if (when >= alarm_at_) return;
  alarm_at_ = when;
  engine_->loop().arm(alarm_, when, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->on_alarm();
  });
}

void socket::on_alarm() noexcept {
  guard lock(*this);
  alarm_at_ = clock::time_point::max();
  auto const time = clock::now();
  ext::intrusive_list<ext::context::parking, &ext::context::parking::armed> waiting;
  while (!armed_.empty()) waiting.push_back(armed_.pop_front());
  while (!waiting.empty()) {
    auto& place = waiting.pop_front();
    if (place.alarm <= time)
      place.owner.expire();
    else
      arm(place.owner, place.alarm);
  }
}

void socket::settle_readiness() noexcept {
  if (readable_.open())
    readable_.settle([this] {
      std::lock_guard lock(mutex_);
      return closed_ || (readable_context_ && readable_context_->can_receive());
    });
  if (writable_.open())
    writable_.settle([this] {
      std::lock_guard lock(mutex_);
      return closed_ || (writable_context_ && writable_context_->can_send());
    });
}

}  // namespace weft::core
