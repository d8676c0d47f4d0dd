// SPDX-License-Identifier: MIT
#include "core/guard.hpp"
#include "core/socket.hpp"
#include "core/waiter.hpp"

#include <algorithm>
#include <utility>

// The calls that wait. Each tries at once; then looks for something new and tries again, for as long as that
// is cheaper than sleeping; then parks, and whoever makes it possible completes it.
namespace weft::core {

namespace {

using namespace std::chrono_literals;

// Between two looks at the network of a caller that never waits, at least so long, and twice what the look took: a look
// costs as much as several sends, and where messages wait for each other, it sends what has gathered.
constexpr clock::duration hearing_interval = 20us;

struct condition final : condition_operation {
  std::function<bool()> const* wanted = nullptr;
  parker here;
  bool holds() const noexcept override { return (*wanted)(); }
  void complete() noexcept override { here.finish()(); }
};

}  // namespace

// An attempt says whether the call is done, and in `why` how it went; else it has to wait. (Both in one value, as an
// optional, were put together in memory and read back before they were there: a stall of each message.)

/// \param seen what it was true of that it has to wait
template <class Attempt>
bool socket::attempt_once(op_options const& o, Attempt&& attempt, unsigned& seen, std::error_code& why) {
  guard lock(*this);
  return attempt_locked(o, attempt, seen, why);
}

template <class Attempt>
[[gnu::always_inline]] inline bool socket::attempt_locked(op_options const& o, Attempt&& attempt, unsigned& seen,
                                                          std::error_code& why) {
  if (closed_ || o.stop.stop_requested()) [[unlikely]] {
    why = closed_ ? errc::closed : errc::canceled;
    return true;
  }
  if (attempt(why)) return true;
  seen = changes_.load(std::memory_order_relaxed);
  return false;
}

/// Looks for something new and tries again. \return false when it is time to park.
template <class Attempt>
bool socket::keep_trying(waiter& w, Attempt&& attempt, unsigned seen, std::error_code& why) {
  for (;;) {
    why = w.give_up();
    if (why) return true;
    if (!w.look(seen)) return false;
    guard lock(*this, w.ears());
    if (attempt_locked(w.options(), attempt, seen, why)) return true;
  }
}

/// Sleeps until the parked operation is completed, or takes it back.
template <class Operation>
std::error_code socket::sleep(waiter& w, Operation& op) {
  std::stop_callback const on_stop(w.options().stop, [&] { op.here.notify()(); });
  while (!op.here.finished()) {
    w.sleep_once(op.here);
    if (!w.expired() || op.here.finished()) continue;
    guard lock(*this);
    if (!op.parked) continue;  // completed already; it will show in a moment
    auto const why = w.give_up();
    op.parked = false;
    op.hook.unlink();
    return why;
  }
  w.served();
  return op.why;
}

/// Whether a send may not wait, and how it ends then. \pre it would have to
bool socket::refuse_to_wait(ext::context& c, message& m, std::error_code& why) {
  why = {};
  if (options_.fail_without_peers && attached_ == 0) {
    why = errc::no_peers;
    return true;
  }
  if (!options_.best_effort) return false;
  bool const alone = c.why_not() == errc::no_peers;
  drop(alone ? drop_reason::no_peer : drop_reason::full, direction::outgoing, nullptr, std::move(m));
  return true;
}

std::error_code socket::send(ext::context& c, message& m, op_options const& o) {
  if (!engine_->ours()) return errc::forked;
  if (c.heeds_peers()) hear_peers();
  {
    guard lock(*this);
    if (!closed_ && !o.stop.stop_requested() && c.can_send()) [[likely]] {
      moderation_.sent();
      return c.send(m);
    }
  }
  return wait_to_send(c, m, o);
}

std::error_code socket::wait_to_send(ext::context& c, message& m, op_options const& o) {
  auto const attempt = [&](std::error_code& why) {
    if (!c.can_send()) return refuse_to_wait(c, m, why);
    moderation_.sent();
    why = c.send(m);
    return true;
  };
  unsigned seen = 0;
  std::error_code why;
  if (attempt_once(o, attempt, seen, why)) return why;
  waiter w(*this, o);
  if (keep_trying(w, attempt, seen, why)) return why;
  blocking<send_operation> op;
  op.through = &c;
  op.outgoing = &m;
  {
    guard lock(*this);
    if (closed_) return errc::closed;
    if (attempt(why)) return why;
    op.parked = true;
    senders_.push_back(op);
  }
  return sleep(w, op);
}

/// What a receive knows of itself while it waits.
struct socket::receiving {
  bool const patient;
  bool counted = false;  // c.waiting has this caller, until the protocol has answered it
  bool served = false;   // the protocol answered, well or badly, while it slept
  unsigned seen = 0;
  clock::time_point not_before{};  // is the next look: see moderation
};

std::error_code socket::receive(ext::context& c, message& m, op_options const& o, bool patient) {
  if (!engine_->ours()) return errc::forked;
  receiving r{.patient = patient};
  auto const attempt = [&](std::error_code& why) {
    if (!c.place->receivers.empty() || !has_message(c, patient)) {
      if (options_.fail_without_peers && attached_ == 0 && !has_message(c, patient)) {
        why = errc::no_peers;
        return true;
      }
      if (!std::exchange(r.counted, true)) ++c.waiting;
      return false;
    }
    if (std::exchange(r.counted, false)) {
      --c.waiting;
      moderation_.looked();
    }
    why = next_message(c, m);
    return true;
  };
  {
    guard lock(*this, c);
    if (lock.can_receive() && !patient && is_next(c) && !closed_ && !o.stop.stop_requested()) [[likely]]
      return c.receive(m);
    std::error_code why;
    if (attempt_locked(o, attempt, r.seen, why)) return why;
    if (!has_lanes()) r.not_before = moderation_.next();
  }
  return wait_to_receive(c, m, o, attempt, r);
}

template <class Attempt>
std::error_code socket::wait_to_receive(ext::context& c, message& m, op_options const& o, Attempt& attempt,
                                        receiving& r) {
  waiter w(*this, o);
  std::error_code why;
  bool const done =
      (w.let_gather(r.not_before) && attempt_once(o, attempt, r.seen, why)) || keep_trying(w, attempt, r.seen, why);
  if (!done) why = park_to_receive(w, c, m, attempt, r);
  if (!why || r.served) return why;  // all is seen to
  guard lock(*this);
  if (r.counted) --c.waiting;
  // A stop that came in between is first seen by the attempt itself.
  if (w.gave_up() || (r.counted && why == errc::canceled)) c.abandon_receive();
  return why;
}

template <class Attempt>
std::error_code socket::park_to_receive(waiter& w, ext::context& c, message& m, Attempt& attempt, receiving& r) {
  blocking<receive_operation> op;
  op.patient = r.patient;
  {
    guard lock(*this);
    std::error_code why;
    if (closed_) return errc::closed;
    if (attempt(why)) return why;
    op.parked = true;
    c.place->receivers.push_back(op);
  }
  auto const why = sleep(w, op);
  r.served = op.served;
  if (r.served) m = std::move(op.incoming);
  return why;
}

std::error_code socket::wait_until(std::function<bool()> holds, op_options const& o) {
  if (!engine_->ours()) return errc::forked;
  waiter w(*this, o);
  auto const attempt = [&](std::error_code&) { return holds(); };
  unsigned seen = 0;
  std::error_code why;
  if (attempt_once(o, attempt, seen, why) || keep_trying(w, attempt, seen, why)) return why;
  condition op;
  op.wanted = &holds;
  {
    guard lock(*this);
    if (closed_) return errc::closed;
    if (holds()) return {};
    park(op);
  }
  return sleep(w, op);
}

/// For close(), which must wait although the socket is closed. `holds` is asked under the lock.
std::error_code socket::wait_though_closed(std::function<bool()> const& holds, op_options const& o) {
  waiter w(*this, o);
  condition op;
  op.wanted = &holds;
  {
    guard lock(*this);
    if (holds()) return {};
    park(op);
  }
  return sleep(w, op);
}

std::error_code socket::try_send(ext::context& c, message& m) {
  if (!engine_->ours()) return errc::forked;
  if (c.heeds_peers()) hear_peers();
  std::error_code why;
  for (bool last : {false, true}) {
    {
      guard lock(*this);
      if (closed_) return errc::closed;
      moderation_.sent();
      if (c.can_send()) return c.send(m);
      if (refuse_to_wait(c, m, why)) return why;
      why = c.why_not();
    }
    if (!last && !drive_once()) break;
  }
  return why;
}

/// Never waits; but looks at the network before it says that the peer has no room.
std::error_code socket::send_to(ext::context& c, pipe_id p, message& m) {
  if (!engine_->ours()) return errc::forked;
  auto& sender = dynamic_cast<ext::addressed_sender&>(c);
  std::error_code why;
  for (bool last : {false, true}) {
    {
      guard lock(*this);
      if (closed_) return errc::closed;
      moderation_.sent();
      why = sender.send_to(p, m);
    }
    if (why != errc::peers_full || (!last && !drive_once())) break;
  }
  return why;
}

result<message> socket::try_receive(ext::context& c) {
  if (!engine_->ours()) return errc::forked;
  for (bool last : {false, true}) {
    {
      guard lock(*this);
      if (closed_) return errc::closed;
      if (c.place->receivers.empty() && has_message(c)) return next_message(c);
      if (options_.fail_without_peers && attached_ == 0) return errc::no_peers;
    }
    if (!last && !drive_once()) break;
  }
  return errc::would_block;
}

void socket::discard(drop_reason why, message&& m) {
  guard lock(*this);
  drop(why, direction::outgoing, nullptr, std::move(m));
}

/// Looks at every lane that nobody drives. \return whether anything may have changed.
bool socket::drive_once() noexcept {
  op_options const once{};
  waiter w(*this, once);
  return w.poll_once() || rung();
}

/// Who sends and never waits would not hear what peers say meanwhile: credit, or what they want to be sent.
void socket::hear_peers() noexcept {
  if (!has_lanes()) return;  // they come by themselves: inproc
  auto const now = clock::now();
  if (now.time_since_epoch().count() < hear_next_at_.load(std::memory_order_relaxed)) return;
  drive_once();
  auto const after = clock::now();
  auto const next = after + std::max(hearing_interval, 2 * (after - now));
  hear_next_at_.store(next.time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace weft::core
