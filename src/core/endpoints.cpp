// SPDX-License-Identifier: MIT
#include "core/dialer.hpp"
#include "core/guard.hpp"
#include "core/listener.hpp"
#include "core/socket.hpp"

#include <algorithm>
#include <utility>

// Where a socket's connections come from, and how they end.
namespace weft::core {

namespace {

void check(pipe_priorities const& p) {
  if (p.send < 1 || p.send > 16 || p.receive < 1 || p.receive > 16)
    raise({errc::invalid_option, "priorities are from 1 to 16"});
}

void check(dial_options const& o) {
  using namespace std::chrono_literals;
  check(o.priorities);
  if (o.timeout <= 0s || o.retry_min < 0s || o.retry_max < o.retry_min)
    raise({errc::invalid_option, "dial_options: timeout must be positive, and 0 <= retry_min <= retry_max"});
}

void check(listen_options const& o) {
  using namespace std::chrono_literals;
  check(o.priorities);
  if (o.handshake_timeout <= 0s || o.max_half_open == 0)
    raise({errc::invalid_option, "listen_options: handshake_timeout and max_half_open must be positive"});
}

}  // namespace

ext::transport& socket::transport_for(std::string_view text, weft::url const& parsed) {
  if (auto* t = engine_->find(parsed.scheme)) return *t;
  raise({errc::unknown_scheme, "'" + std::string(text) + "': no transport for the scheme '" + parsed.scheme +
                                   "'; this engine has " + engine_->schemes()});
}

/// What an endpoint tells its peers.
ext::handshake socket::terms(std::optional<std::size_t> const& max_message) const noexcept {
  auto t = handshake_;
  t.max_message = max_message.value_or(t.max_message);
  return t;
}

void socket::dial(std::string_view text, dial_options const& o) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  check(o);
  auto const parsed = url::parse(text).value();
  auto connector = transport_for(text, parsed).dial(parsed, terms(o.max_message), o).value();
  auto d = std::make_shared<dialer>(engine_->loop(), weak_from_this(), std::string(text), std::move(connector), o);
  {
    guard lock(*this);
    if (closed_) raise(make_error_code(errc::closed));
    d->endpoint = endpoints_.size();
    dialers_.push_back(d);
    endpoints_.push_back({.url = std::string(text)});
  }
  engine_->loop().post([d] { d->start(); });
}

std::string socket::listen(std::string_view text, listen_options const& o) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  check(o);
  auto const parsed = url::parse(text).value();
  auto acceptor = transport_for(text, parsed).listen(parsed, terms(o.max_message), o).value();
  auto warning = acceptor->warning();
  auto l = std::make_shared<listener>(weak_from_this(), std::move(acceptor), o.priorities);
  {
    guard lock(*this);
    if (closed_) raise(make_error_code(errc::closed));
    l->endpoint = endpoints_.size();
    listeners_.push_back(l);
    endpoints_.push_back({.url = l->local(), .listens = true});
    if (!warning.empty()) tell({.what = monitor_event::warning, .url = l->local(), .detail = std::move(warning)});
  }
  engine_->loop().post([l] { l->start(); });
  return l->local();
}

bool socket::hang_up(std::size_t endpoint) {
  if (!engine_->ours()) return false;
  auto const take = [endpoint]<class T>(std::vector<std::shared_ptr<T>>& from) {
    auto const it = std::ranges::find(from, endpoint, &T::endpoint);
    std::shared_ptr<T> taken;
    if (it == from.end()) return taken;
    taken = std::move(*it);
    from.erase(it);
    return taken;
  };
  std::shared_ptr<dialer> d;
  std::shared_ptr<listener> l;
  {
    guard lock(*this);
    d = take(dialers_);
    if (!d) l = take(listeners_);
  }
  if (!d && !l) return false;
  engine_->loop().run_there([&] {
    if (d) d->stop();
    if (l) l->stop();
  });
  guard lock(*this);
  for (auto& [id, one] : links_)
    if (one->from.endpoint == endpoint) one->close(errc::closed);
  return true;
}

std::string socket::local_url() const {
  if (!engine_->ours()) return {};
  std::lock_guard lock(mutex_);
  return listeners_.empty() ? std::string() : listeners_.back()->local();
}

std::size_t socket::peers() {
  if (!engine_->ours()) return 0;
  drive_once();
  guard lock(*this);
  return attached_;
}

int socket::receive_fd(ext::context& c) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  int const fd = readable_.make();
  watch_for([&] { readable_context_ = &c; });
  return fd;
}

int socket::send_fd(ext::context& c) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  int const fd = writable_.make();
  watch_for([&] { writable_context_ = &c; });
  return fd;
}

/// From now on the socket moves though nobody waits in a call.
void socket::watch_for(std::function<void()> const& note) {
  {
    guard lock(*this);
    note();
    attended_ = true;
    eventful_ = true;  // from now on, with the descriptor
    settle_audience();
  }
  engine_->loop().nudge();
  settle_readiness();
}

close_report socket::close(clock::duration linger) {
  // The locks of a fork's parent may be held for ever.
  if (!engine_->ours()) return {};
  std::vector<std::shared_ptr<dialer>> dialers;
  std::vector<std::shared_ptr<listener>> listeners;
  {
    guard lock(*this);
    if (closed_.exchange(true)) return {};
    changed();
    while (!conditions_.empty()) finish(conditions_.front(), errc::closed);
    end_parked(errc::closed);
    keep_for_channels();
    dialers.swap(dialers_);
    listeners.swap(listeners_);
  }
  engine_->loop().run_there([&] {
    for (auto& d : dialers) d->stop();
    for (auto& l : listeners) l->stop();
  });
  end_connections(linger);
  guard lock(*this);
  // What protocols kept of pipes that are gone.
  for (auto* place = places_.first(); place; place = places_.next(*place))
    while (place->owner.can_receive()) {
      auto m = place->owner.receive();
      if (!m) break;
      drop(drop_reason::unread, direction::incoming, nullptr, *std::move(m));
    }
  return {unconfirmed_, dropped_.at(drop_reason::unread, direction::incoming)};
}

/// Lets the protocol hand over what it has queued, and every connection deliver what it has, for as long as `linger`,
/// then ends the rest.
void socket::end_connections(clock::duration linger) {
  op_options const limit{.until = linger};
  if (linger > clock::duration::zero())
    (void)wait_though_closed([this] { return protocol_->queued() + buffered_ == 0 || links_.empty(); }, limit);
  {
    guard lock(*this);
    unconfirmed_ += protocol_->queued() + buffered_;
    empty_buffers({});
    for (auto& [id, l] : links_) {
      l->end_credit();
      if (linger > clock::duration::zero())
        l->connection_->finish();
      else
        l->connection_->close(errc::closed);
      l->touch();
    }
  }
  auto const gone = [this] { return links_.empty(); };
  if (linger > clock::duration::zero() && wait_though_closed(gone, limit)) {
    guard lock(*this);
    for (auto& [id, l] : links_) {
      l->connection_->close(errc::closed);
      l->touch();
    }
  }
  (void)wait_though_closed(gone, {});
  guard lock(*this);
  attended_ = false;
  tended_ = false;
  settle_audience();
  deafen();
}

}  // namespace weft::core
