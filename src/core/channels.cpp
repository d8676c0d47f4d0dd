// SPDX-License-Identifier: MIT
#include "core/guard.hpp"
#include "core/socket.hpp"

#include <utility>

// What completes later, and what channels see of a socket: views on its own queue, and a few sends that wait in it.
namespace weft::core {

namespace {

drop_reason reason_of(std::error_code why) noexcept {
  if (why == errc::message_too_large) return drop_reason::too_large;
  return why == errc::no_peers ? drop_reason::no_peer : drop_reason::malformed;
}

}  // namespace

/// A send that waits in a channel's buffer. Its message is the socket's own.
struct socket::buffered_send final : send_operation {
  buffered_send(ext::context& c, message&& m) noexcept : owned(std::move(m)) {
    through = &c;
    outgoing = &owned;
    buffered = true;
    parked = true;
  }
  void complete() noexcept override { delete this; }
  message owned;
};

// Served, if it can be, by the guard that ends here, as any parked caller.

void socket::start(send_operation& op) {
  if (!engine_->ours()) return abort(op);
  attract();
  guard lock(*this);
  if (closed_) return finish(op, errc::closed);
  if (std::error_code why; !op.through->can_send() && refuse_to_wait(*op.through, *op.outgoing, why))
    return finish(op, why);
  op.parked = true;
  senders_.push_back(op);
  wake_senders();
}

void socket::start(ext::context& c, receive_operation& op) {
  if (!engine_->ours()) return abort(op);
  op.started = true;
  attract();
  guard lock(*this);
  if (closed_ && (!op.patient || c.place->returned.empty())) return finish(op, errc::closed);
  if (options_.fail_without_peers && attached_ == 0 && !has_message(c, op.patient)) return finish(op, errc::no_peers);
  op.parked = true;
  ++c.waiting;
  c.place->receivers.push_back(op);
  wake_receivers(c);
}

void socket::start(condition_operation& op) {
  if (!engine_->ours()) return abort(op);
  attract();
  guard lock(*this);
  if (closed_) return finish(op, errc::closed);
  park(op);
}

/// In a fork, where the lock may be held for ever.
void socket::abort(operation& op) noexcept {
  op.why = errc::forked;
  op.complete();
}

bool socket::cancel(send_operation& op) {
  if (!engine_->ours()) return false;
  guard lock(*this);
  if (!op.parked) return false;
  finish(op, errc::canceled);
  return true;
}

bool socket::cancel(ext::context& c, receive_operation& op) {
  if (!engine_->ours()) return false;
  guard lock(*this);
  if (!op.parked) return false;
  --c.waiting;
  finish(op, errc::canceled);
  c.abandon_receive();
  return true;
}

bool socket::cancel(condition_operation& op) {
  if (!engine_->ours()) return false;
  guard lock(*this);
  if (!op.parked) return false;
  finish(op, errc::canceled);
  return true;
}

/// From now on the socket moves though nobody waits in a call.
void socket::attract() {
  if (!attended_.load(std::memory_order_relaxed)) watch_for([] {});
}

// Channels.

void socket::open_channel(ext::context& c) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  c.place->has_channel = true;
}

std::shared_ptr<ext::context> socket::channel_context(open_function const& open) {
  {
    guard lock(*this);
    if (auto known = channel_context_.lock()) return known;
  }
  auto fresh = share(open_context(open));
  guard lock(*this);
  if (auto known = channel_context_.lock()) return known;
  channel_context_ = fresh;
  return fresh;
}

/// Closed when the last has let go of it.
std::shared_ptr<ext::context> socket::share(std::unique_ptr<ext::context> c) {
  return {c.release(), [self = shared_from_this()](ext::context* last) mutable {
            // Not kept until nothing weak is left: what knows the channel's context is the socket itself.
            auto const home = std::move(self);
            home->close_context(std::unique_ptr<ext::context>(last));
          }};
}

/// Behind what waits in the buffer already, or right away.
std::error_code socket::channel_try_send(ext::context& c, message& m, bool drive) {
  if (!engine_->ours()) return errc::forked;
  std::error_code why;
  for (bool last : {false, true}) {
    {
      guard lock(*this);
      if (closed_) return errc::closed;
      if (c.place->buffered == 0) {
        if (c.can_send()) return c.send(m);
        if (refuse_to_wait(c, m, why)) return why;
      }
      if (may_buffer(*c.place)) {
        senders_.push_back(make_buffered(c, std::move(m)));
        return {};
      }
      why = c.why_not();
    }
    if (!drive || (!last && !drive_once())) break;
  }
  return why;
}

std::error_code socket::channel_send(ext::context& c, message& m, op_options const& o) {
  if (o.stop.stop_requested()) return errc::canceled;
  auto const why = channel_try_send(c, m, true);
  return why == std::errc::operation_would_block ? send(c, m, o) : why;
}

send_operation& socket::make_buffered(ext::context& c, message&& m) {
  auto* const op = new buffered_send(c, std::move(m));
  ++buffered_;
  if (++c.place->buffered == 1) tend(true);
  return *op;
}

/// A channel's caller need not wait any longer: there is room for its message in the buffer, at the same place.
void socket::move_to_buffer(send_operation& op) {
  senders_.insert_before(make_buffered(*op.through, std::move(*op.outgoing)), op);
  finish(op, {});
}

void socket::leave_buffer(send_operation& op, std::error_code why) noexcept {
  --buffered_;
  if (--op.through->place->buffered == 0) tend(false);
  if (why) drop(reason_of(why), direction::outgoing, nullptr, std::move(*op.outgoing));
}

/// They are not sent any more. Without a reason nobody counts them but close().
void socket::empty_buffers(std::error_code why) noexcept {
  operation* next = nullptr;
  for (operation* o = senders_.first(); o; o = next) {
    next = senders_.next(*o);
    auto& op = static_cast<send_operation&>(*o);
    if (!op.buffered) continue;
    leave_buffer(op, why);
    finish(op, why);
  }
}

/// Without waiting; `drive`: but not without having looked at the network.
result<message> socket::channel_try_receive(ext::context& c, bool drive) {
  if (!engine_->ours()) return errc::forked;
  for (bool last : {false, true}) {
    {
      guard lock(*this);
      if (c.place->receivers.empty() && !c.place->returned.empty()) return c.place->returned.pop();
      if (closed_) return errc::closed;
      if (c.place->receivers.empty() && has_message(c, true)) return next_message(c);
      if (options_.fail_without_peers && attached_ == 0) return errc::no_peers;
    }
    if (!drive || (!last && !drive_once())) break;
  }
  return errc::would_block;
}

std::error_code socket::channel_receive(ext::context& c, message& m, op_options const& o) {
  if (o.stop.stop_requested()) return errc::canceled;
  auto const why = receive(c, m, o, true);
  if (why != errc::closed) return why;
  auto left = channel_try_receive(c, false);
  if (!left) return left.error();
  m = *std::move(left);
  return {};
}

void socket::give_back(ext::context& c, message&& m) {
  if (!engine_->ours()) return;
  guard lock(*this);
  c.place->returned.push(std::move(m));
  wake_receivers(c);
}

/// close() leaves channels what they are to drain.
void socket::keep_for_channels() noexcept {
  for (auto* place = places_.first(); place; place = places_.next(*place)) {
    raise_all(place->watchers);
    if (!place->has_channel) continue;
    auto& c = place->owner;
    while (place->returned.size() < options_.channel_receive_buffer && c.can_receive() && !c.idle()) {
      auto got = c.receive();
      if (!got) break;
      place->returned.push(*std::move(got));
    }
  }
  raise_all(room_watchers_);
}

void socket::watch_messages(ext::context& c, ext::observation& w) {
  if (!engine_->ours()) return;
  attract();
  guard lock(*this);
  w.through = &c;
  c.place->watchers.push_back(w);
}

void socket::watch_room(ext::context& c, ext::observation& w) {
  if (!engine_->ours()) return;
  attract();
  guard lock(*this);
  w.through = &c;
  room_watchers_.push_back(w);
}

void socket::unwatch(ext::observation& w) noexcept {
  if (!engine_->ours()) return;
  guard lock(*this);
  w.hook.unlink();
}

}  // namespace weft::core
