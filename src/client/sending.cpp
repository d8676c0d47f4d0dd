// SPDX-License-Identifier: MIT
// Sends of a client: a buffer, a place in the backlog where the provider has no room, a completion.
#include "client/core.hpp"
#include "client/waiting.hpp"

#include <weft/error.hpp>

#include <algorithm>

namespace weft::fabric {

std::error_code client_core::objection(peer to, std::size_t bytes) const noexcept {
  if (over_) return over_;
  if (bytes > options_.max_message) return errc::message_too_large;
  if (!connected_ && to == peer::any) return std::make_error_code(std::errc::destination_address_required);
  if (free_sends_.empty()) return errc::would_block;
  return {};
}

/// What fails over a connection has lost it, whatever the provider calls that.
std::error_code client_core::meaning_of(std::error_code why) const noexcept {
  bool const lost = connected_ && why && !is_again(why) && why != std::errc::message_size;
  return lost ? make_error_code(errc::connection_reset) : why;
}

std::error_code client_core::post(send_slot& s) noexcept {
  const_buffer const out{s.buffer.bytes().first(s.bytes), s.buffer.slice().region.local()};
  return meaning_of(endpoint_->post_send(s, out, {.to = s.to}));
}

void client_core::start(pending_send& w, peer to, std::span<std::byte const> bytes) {
  std::error_code why;
  bool waits = false;
  w.home_ = weak_from_this();
  w.span_ = begin_span("send");
  {
    std::lock_guard lock(mutex_);
    why = objection(to, bytes.size());
    if (!why) {
      auto& s = *free_sends_.back();
      std::ranges::copy(bytes, s.buffer.bytes().begin());
      s.bytes = bytes.size();
      s.to = to;
      s.who = &w;
      waits = is_behind_another(to, backlog_.end());
      if (!waits) {
        why = post(s);
        waits = is_again(why);
      }
      if (waits) why = {}, backlog_.push_back(&s);
      why ? void(s.who = nullptr) : free_sends_.pop_back();
      ++(why ? stats_.send_errored : stats_.send_posted);
    }
  }
  if (waits) endpoint_->sends()->wake();  // it is to be tried again, soon
  if (why) finish(w, why);
  if (connected_ && why == errc::connection_reset) end(why);
}

bool client_core::cancel(pending_send& w) noexcept {
  waiting* next = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto const it = std::ranges::find(backlog_, &w, &send_slot::who);
    if (it == backlog_.end()) return false;
    (void)take_back(it);
    next = next_for_room();
  }
  finish(w, errc::canceled);
  if (next) next->ring();
  return true;
}

void client_core::cancel_all_to(peer to) noexcept {
  for (;;) {
    pending_send* who = nullptr;
    waiting* next = nullptr;
    {
      std::lock_guard lock(mutex_);
      auto const it = std::ranges::find(backlog_, to, &send_slot::to);
      if (it == backlog_.end()) return;
      who = take_back(it);
      next = next_for_room();
    }
    if (who) finish(*who, errc::canceled);
    if (next) next->ring();
  }
}

/// \pre mutex_ is held
pending_send* client_core::take_back(std::deque<send_slot*>::iterator it) noexcept {
  auto& s = **it;
  backlog_.erase(it);
  free_sends_.push_back(&s);
  return std::exchange(s.who, nullptr);
}

/// \pre mutex_ is held
bool client_core::is_behind_another(peer to, std::deque<send_slot*>::const_iterator place) const noexcept {
  return std::any_of(backlog_.cbegin(), place, [&](auto const* s) { return connected_ || s->to == to; });
}

/// One peer that cannot be reached holds up no other.
void client_core::flush() noexcept {
  for (;;) {
    send_slot* failed = nullptr;
    std::error_code why;
    {
      std::lock_guard lock(mutex_);
      for (auto it = backlog_.begin(); it != backlog_.end() && !failed;) {
        auto& s = **it;
        if (is_behind_another(s.to, it) || is_again(why = post(s))) {
          ++it;
          continue;
        }
        it = backlog_.erase(it);
        if (why) failed = &s;
      }
    }
    if (!failed) return;
    completion how;
    how.error = why;
    left(*failed, how);
  }
}

void client_core::left(send_slot& s, completion const& how) noexcept {
  auto const why = meaning_of(how.error);
  client::sent const was{s.to, s.bytes, why};
  pending_send* who = nullptr;
  waiting* next = nullptr;
  bool tells = false;
  {
    std::lock_guard lock(mutex_);
    who = std::exchange(s.who, nullptr);
    ++(how.error ? stats_.send_errored : stats_.send_completed);
    free_sends_.push_back(&s);
    next = next_for_room();
    tells = !on_send_.empty();
  }
  flush();
  report(client_event::kind::send_completed, client_event::kind::send_failed, how);
  if (tells) tell(on_send_, was);
  if (who) finish(*who, why);
  if (next) next->ring();
  if (connected_ && why == errc::connection_reset) end(why);
}

std::error_code client_core::send(peer to, std::span<std::byte const> bytes, op_options const& options) {
  if (is_in_handler()) return errc::wrong_state;
  if (options.stop.stop_requested()) return errc::canceled;
  for (;;) {
    waiting_send w(*this);
    start(w, to, bytes);
    if (w.done.load(std::memory_order_acquire) && w.why == errc::would_block) {
      if (auto const why = wait_for_room(options)) return why;
      continue;
    }
    if (auto const why = wait(w, options)) {
      if (!forget(w)) return why;
      (void)wait(w, {});  // it has just ended
    }
    return w.why;
  }
}

/// \return whether it is about to end by itself
bool client_core::forget(pending_send& w) noexcept {
  if (cancel(w)) return false;
  std::lock_guard lock(mutex_);
  auto const it = std::ranges::find(sends_, &w, &send_slot::who);
  if (it == sends_.end()) return true;
  it->who = nullptr;
  return false;
}

/// \pre mutex_ is held
client_core::waiting* client_core::next_for_room() noexcept {
  if (want_room_.empty()) return nullptr;
  auto* const next = want_room_.front();
  want_room_.pop_front();
  return next;
}

std::error_code client_core::wait_for_room(op_options const& options) {
  waiting w(*this);
  {
    std::lock_guard lock(mutex_);
    if (!free_sends_.empty() || over_) return {};
    want_room_.push_back(&w);
  }
  auto const why = wait(w, options);
  if (!why) return {};
  waiting* next = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (std::erase(want_room_, &w) != 0) return why;
    next = next_for_room();
  }
  (void)wait(w, {});  // it has just been rung: the room is for the next one
  if (next) next->ring();
  return why;
}

}  // namespace weft::fabric
