// SPDX-License-Identifier: MIT
#include "fabric/flow.hpp"

#include <weft/error.hpp>

#include "fabric/info.hpp"
#include "fabric/lifeline.hpp"
#include "fabric/shared_endpoint.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace weft::ofi {

flow::flow(shared_endpoint& home, slot_table::place place, credits given, std::size_t max_message) noexcept
    : home_(home), place_(place), given_(given) {
  in_.open(home.buffers(), given, max_message);
  if (!home.board()) in_.transfers().open(home.endpoint(), place, *this);
}

void flow::connect(hello const& peer, fi_addr_t to, side which, std::shared_ptr<lifeline> l) {
  address_ = peer.address;
  greeting_due_ = which == side::dialer;
  greeted_.store(which == side::dialer, std::memory_order_relaxed);
  connect(peer, {.endpoint = &home_.endpoint(), .bulk = &home_.endpoint(), .to = to}, std::move(l));
}

void flow::connect(hello const& peer, link made, std::shared_ptr<lifeline> l) {
  link_ = std::make_unique<link>(std::move(made));
  linked_ = true;
  in_.transfers().open(*link_->bulk, place_, *this);
  connect(peer, {.endpoint = link_->frames.get(), .bulk = link_->bulk.get()}, std::move(l));
}

void flow::connect(hello const& peer, route r, std::shared_ptr<lifeline> l) {
  peer_max_message_ =
      static_cast<std::size_t>(std::min<std::uint64_t>(peer.max_message, std::numeric_limits<std::size_t>::max()));
  r.pool = &home_.sends();
  r.owner = this;
  r.slot = peer.slot;
  r.frame_tag = tag::frame(peer.slot, peer.generation);
  r.largest = std::min<std::size_t>(peer.frame_size, frame_size);
  auto const& facts = fabric::facts_of(home_.domain()->info());
  r.costs_a_call = !facts.any_address.empty();
  // Only what has a completion keeps the endpoint driven until it has left.
  r.inject = facts.injects_at_once ? std::min(r.endpoint->inject_size(), route::most_on_stack) : 0;
  r.offers = peer.reads && home_.large() == fabric::rendezvous::read;
  if (r.offers) in_.transfers().read_from(r.to);
  out_.open(r, peer.give);
  lifeline_ = std::move(l);
  connected_.store(true, std::memory_order_release);
}

void flow::link_up() noexcept {
  greeted_.store(true, std::memory_order_release);
  flush();
}

// The socket's part.

void flow::start(std::shared_ptr<ext::doorbell> d) noexcept {
  bell_.hang(std::move(d));
  bell_.ring();
  flush();
}

bool flow::progress(ext::connection_events& events) noexcept {
  if (told_) return false;
  bool const transfers = in_.transfers().any();
  if (!ended()) {
    if (unsigned const n = out_.take_allowance()) events.on_writable(n);
    if (auto const why = in_.deliver(events))
      end(why);
    else if (all_is_taken())
      end({});
  }
  // What waits to be sent: the driver that heard of credit may have looked for it a moment too soon.
  if (!ended()) return transfers || in_.transfers().any() || in_.wants_flush() || out_.has_work();
  in_.deliver_the_rest(events);
  told_ = true;
  events.on_closed(reason());
  bell_.take_down();
  return true;
}

void flow::grant(unsigned messages) noexcept {
  in_.grant(messages);
  if (in_.may_go_on()) resume_.store(true, std::memory_order_relaxed);
}

void flow::close(std::error_code why) noexcept { end(why ? why : make_error_code(errc::closed)); }

void flow::abandon() noexcept {
  end(errc::closed);
  flush();
  if (!lifeline_) lifeline_over_.store(true, std::memory_order_relaxed);
  // Whoever watches it already may bury it as soon as it is abandoned.
  pins_.fetch_add(1, std::memory_order_relaxed);
  abandoned_.store(true, std::memory_order_seq_cst);
  home_.watch(*this);
  pins_.fetch_sub(1, std::memory_order_release);
}

// How it ends: whoever finds out notes it, and has flush() called; the flusher says goodbye and rings; the socket is
// told.

void flow::end(std::error_code why) noexcept {
  std::lock_guard lock(ending_mutex_);
  if (ended_.load(std::memory_order_relaxed)) return;
  why_ = why;
  ended_.store(true, std::memory_order_release);
}

std::error_code flow::reason() const noexcept {
  std::lock_guard lock(ending_mutex_);
  return why_;
}

void flow::hear(goodbye const& g) noexcept {
  {
    std::lock_guard lock(ending_mutex_);
    heard_ = g;
  }
  leaving_.store(true, std::memory_order_release);
  if (!g.why && out_.finish_sent()) out_.confirm_all();
  if (all_has_come()) end(why_it_leaves());
  flush();
  home_.watch(*this);  // the driver sees the rest arrive
}

bool flow::hear(ofi::finish const& f) noexcept {
  finish_.store(std::uint64_t{f.data_frames} + 1, std::memory_order_release);
  if (all_is_taken()) end({});
  flush();
  home_.watch(*this);  // whether or not anybody waits on the socket: the peer waits for us
  return true;
}

bool flow::all_is_taken() const noexcept {
  auto const n = finish_.load(std::memory_order_acquire);
  return n != 0 && in_.delivered() == static_cast<std::uint32_t>(n - 1);
}

void flow::lose(std::error_code why) noexcept {
  if (why != errc::malformed) why = errc::connection_reset;
  end(leaving_.load(std::memory_order_relaxed) ? why_it_leaves() : why);
  may_read_on_.store(false, std::memory_order_relaxed);
  flush();
  home_.attend();
  lifeline_over_.store(true, std::memory_order_release);
}

/// A peer that closes its socket has done nothing wrong.
std::error_code flow::why_it_leaves() const noexcept {
  std::lock_guard lock(ending_mutex_);
  return heard_.why == errc::closed ? std::error_code() : heard_.why;
}

bool flow::all_has_come() const noexcept {
  if (!leaving_.load(std::memory_order_acquire)) return false;
  std::lock_guard lock(ending_mutex_);
  return frames_come_.load(std::memory_order_relaxed) == heard_.frames &&
         bulks_come_.load(std::memory_order_relaxed) == heard_.bulks;
}

// The flusher's part.

void flow::flush() noexcept {
  if (flushing_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  int seen = 1;
  do work_once();
  while (!flushing_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel, std::memory_order_acquire));
}

void flow::note_told(outbound::tidings const& t) noexcept {
  in_.told(t.consumed);
  control_told_ = t.control_seen;
}

[[gnu::always_inline]] inline void flow::work_once() noexcept {
  if (resume_.load(std::memory_order_relaxed) && resume_.exchange(false, std::memory_order_relaxed)) bell_.ring();
  // All but the spare one, which can wait until the answer is on its way.
  (void)in_.repost(credits::spare);
  auto outcome = posting::posted;
  if (!ended() && greeted_.load(std::memory_order_acquire)) {
    outcome = speak();
    if (outcome == posting::failed) end(errc::connection_reset);
  }
  if (!in_.repost() && outcome == posting::posted) outcome = posting::again;
  if (ended()) return fall_silent();
  if (outcome == posting::again) home_.retry(*this);
  if (out_.held_back()) home_.hold(*this);
  be_busy(outcome != posting::posted || !out_.idle() || out_.in_flight() != 0 || in_.transfers().any() ||
          control_stuck_.load(std::memory_order_relaxed));
  if (out_.wants_ring()) bell_.ring();
}

[[gnu::always_inline]] inline outbound::tidings flow::tidings() const noexcept {
  return {in_.consumed(), control_come_.load(std::memory_order_acquire)};
}

[[gnu::always_inline]] inline posting flow::speak() noexcept {
  auto const t = tidings();
  auto const frames = out_.frames();
  bool const urgent = push_.load(std::memory_order_relaxed) && push_.exchange(false, std::memory_order_relaxed);
  auto const outcome = out_.pump(t, urgent ? outbound::urgency::now : outbound::urgency::may_wait);
  if (out_.frames() != frames) note_told(t);
  if (out_.finish_is_due() && lifeline_) (void)lifeline_->send(ofi::finish{out_.data_frames()}.encode());
  if (outcome != posting::posted) return outcome;
  if (auto const cleared = in_.transfers().pump(); cleared != posting::posted) return cleared;
  return speak_control();
}

posting flow::speak_control() noexcept {
  auto const t = tidings();
  control_stuck_.store(false, std::memory_order_relaxed);
  auto notices = in_.transfers().notices(out_.clears_in_a_frame());
  while (greeting_due_ || !notices.empty() || in_.owes_credit()) {
    if (!out_.may_send_control()) {
      control_stuck_.store(true, std::memory_order_relaxed);
      break;
    }
    if (auto const outcome = out_.send_control(t, notices); outcome != posting::posted) return outcome;
    note_told(t);
    greeting_due_ = false;
    if (in_.transfers().told(notices)) bell_.ring();
    notices = in_.transfers().notices(out_.clears_in_a_frame());
  }
  auto const unsaid = static_cast<std::uint16_t>(t.control_seen - control_told_);
  if (unsaid * 2 < given_.control) return posting::posted;
  auto const outcome = out_.send_acknowledgement(t);
  if (outcome == posting::posted) note_told(t);
  return outcome;
}

void flow::fall_silent() noexcept {
  if (!std::exchange(falling_silent_, true)) {
    bell_.ring();
    home_.announce(*this);
  }
  // Who hears a goodbye takes its memory back; where a read fails then, others of its connections may fail with it.
  bool const reading = in_.transfers().reading() != 0 && may_read_on_.load(std::memory_order_relaxed);
  be_busy(reading);
  if (reading || std::exchange(silent_, true)) return;
  // Nothing is sent any more: these are the last counts.
  if (lifeline_) lifeline_->say({reason(), out_.frames(), out_.bulks(), {}});
}

void flow::be_busy(bool now) noexcept {
  if (busy_ == now) return;
  busy_ = now;
  home_.count_busy(now ? +1 : -1);
}

}  // namespace weft::ofi
