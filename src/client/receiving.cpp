// SPDX-License-Identifier: MIT
// Receives of a client: posted ahead, and handed to who waits, to the handlers, or to the inbox.
#include "client/core.hpp"
#include "client/waiting.hpp"

#include <weft/error.hpp>

#include <algorithm>

namespace weft::fabric {

void client_core::refill() noexcept {
  std::error_code broken;
  {
    std::lock_guard lock(mutex_);
    while (!idle_receives_.empty() && !over_) {
      auto& s = *idle_receives_.back();
      if (!s.buffer) {
        auto free = receive_pool_.try_acquire();
        if (!free) return;
        s.buffer = *std::move(free);
      }
      auto const why = endpoint_->post_receive(s, {s.buffer.bytes(), s.buffer.slice().region.local()}, {});
      if (why) {
        if (!is_again(why)) broken = why;
        break;
      }
      idle_receives_.pop_back();
      ++stats_.receive_posted;
    }
  }
  if (broken) end(broken);
}

/// \pre mutex_ is held
pending_receive* client_core::taker_of(incoming const& m) noexcept {
  auto const it = std::ranges::find_if(takers_, [&](auto* w) { return !w->from || *w->from == m.from(); });
  if (it == takers_.end()) return nullptr;
  auto* const w = *it;
  takers_.erase(it);
  return w;
}

void client_core::arrived(receive_slot& s, completion const& how) noexcept {
  pending_receive* who = nullptr;
  incoming message;
  {
    std::lock_guard lock(mutex_);
    idle_receives_.push_back(&s);
    ++(how.error ? stats_.receive_errored : stats_.receive_matched);
    if (!how.error) {
      message = incoming(std::move(s.buffer), how.bytes, how.source, weak_from_this());
      who = taker_of(message);
      if (!who) inbox_.push_back(std::move(message));
    }
  }
  if (how.error != std::errc::operation_canceled)
    report(client_event::kind::receive_completed, client_event::kind::receive_failed, how);
  hand_to_handlers();
  if (who) {
    who->message = std::move(message);
    finish(*who, {});
  }
  if (connected_ && how.error && how.error != std::errc::message_size)
    end(errc::connection_reset);
  else
    refill();
}

void client_core::hand_to_handlers() noexcept {
  std::lock_guard telling(telling_);
  for (;;) {
    incoming message;
    {
      std::lock_guard lock(mutex_);
      if (on_receive_.empty() || inbox_.empty()) return;
      message = std::move(inbox_.front());
      inbox_.pop_front();
    }
    tell(on_receive_, message);
  }
}

void client_core::start(pending_receive& w) {
  std::error_code why;
  incoming message;
  w.home_ = weak_from_this();
  w.span_ = begin_span("receive");
  {
    std::lock_guard lock(mutex_);
    auto const it = std::ranges::find_if(inbox_, [&](auto const& m) { return !w.from || *w.from == m.from(); });
    if (it != inbox_.end()) {
      message = std::move(*it);
      inbox_.erase(it);
    } else if (over_) {
      why = over_;
    } else if (w.from && !endpoint_->receives()->sources()) {
      why = errc::unsupported;
    } else {
      takers_.push_back(&w);
      return;
    }
  }
  w.message = std::move(message);
  finish(w, why);
}

bool client_core::cancel(pending_receive& w) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (std::erase(takers_, &w) == 0) return false;
  }
  finish(w, errc::canceled);
  return true;
}

result<incoming> client_core::receive(std::optional<peer> from, op_options const& options) {
  if (is_in_handler()) return errc::wrong_state;
  if (options.stop.stop_requested()) return errc::canceled;
  waiting_receive w(*this);
  w.from = from;
  start(w);
  if (auto const why = wait(w, options)) {
    if (cancel(w)) return why;
    (void)wait(w, {});  // it has just come
  }
  if (w.why) return w.why;
  return std::move(w.message);
}

}  // namespace weft::fabric
