// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/flow.hpp"
#include "fabric/shared_endpoint.hpp"

#include <utility>

// The driver's part of a flow: what comes out of the completion queue, and the flow's last days.
namespace weft::ofi {

namespace {

void count(std::atomic<std::uint32_t>& n) noexcept {
  n.store(n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

unsigned flow::arrived(receive_buffer& b) noexcept {
  count(frames_come_);
  if (!connected_.load(std::memory_order_acquire) || ended()) {
    home_.repost(b);
    return none;
  }
  auto const h = frame_header::read(b.frame());
  if (!h) return malformed(b);
  auto const credit = out_.consumed(h->consumed);
  if (credit == outbound::news::malformed || !out_.control_seen(h->control_seen)) return malformed(b);
  unsigned what = none;
  if (!greeted_.load(std::memory_order_relaxed) && !linked_) {
    greeted_.store(true, std::memory_order_release);
    what = work;
  }
  if ((credit == outbound::news::some && out_.has_work()) || control_stuck_.load(std::memory_order_relaxed))
    what = work;
  switch (h->kind) {
    case frame_kind::data:
      if (b.size == frame_header_size || !in_.arrived(b, h->sequence)) return malformed(b);
      return what | ring;
    case frame_kind::control:
      return what | control_arrived(b, *h);
    case frame_kind::acknowledgement:
      break;
  }
  if (b.size != frame_header_size || h->sequence != 0) return malformed(b);
  home_.repost(b);
  return work;  // it is rare, no ring goes with it, and a flusher may be about to wait for what it brings
}

unsigned flow::malformed(receive_buffer& b) noexcept {
  home_.repost(b);
  end(errc::malformed);
  return work;
}

/// Handles control frames in order; one that overtook others waits for them.
unsigned flow::control_arrived(receive_buffer& b, frame_header const& h) noexcept {
  auto next = control_come_.load(std::memory_order_relaxed);
  auto const sequence = static_cast<std::uint16_t>(h.sequence);
  if (h.sequence > 0xffff || !in_window(sequence, next, given_.control) || early_[sequence % early_.size()])
    return malformed(b);
  early_[sequence % early_.size()] = &b;
  while (auto* const due = std::exchange(early_[next % early_.size()], nullptr)) {
    if (!handle_control(due->frame())) return malformed(*due);
    home_.repost(*due);
    control_come_.store(++next, std::memory_order_release);
  }
  return work;
}

bool flow::handle_control(std::span<std::byte const> frame) noexcept {
  record_reader reader(frame);
  for (record r;;) {
    switch (reader.next(r)) {
      case record_reader::outcome::end:
        return true;
      case record_reader::outcome::malformed:
        return false;
      case record_reader::outcome::record:
        break;
    }
    auto const c = clearance::read(r);
    auto const taken = read_taken(r);
    if (!(c && out_.cleared(*c)) && !(taken && out_.taken(*taken))) return false;
  }
}

void flow::chunk_arrived(fabric::completion const& c, bool right, bool last) noexcept {
  if (!c.error) count(bulks_come_);
  if (ended()) return home_.touch(*this, none);
  if (!right) end(c.error ? errc::connection_reset : errc::malformed);
  home_.touch(*this, right && last ? ring | work : work);
}

/// One that fails may be of a peer that gave a wrong key, or of one that has died.
void flow::read_ended(fabric::completion const& c, bool last) noexcept {
  if (c.error && !ended()) end(errc::connection_reset);
  home_.touch(*this, last ? ring | work : work);
}

void flow::send_ended(fabric::completion const& c) noexcept {
  if (c.error && !ended()) end(errc::connection_reset);
  home_.touch(*this, work);
}

void flow::attend(unsigned what) noexcept {
  if (what & ring) bell_.ring();
  if (what & work) flush();
}

void flow::link_failed() noexcept {
  if (ended() || link_failed_at_ != clock::time_point{}) return;
  link_failed_at_ = clock::now();
  home_.watch(*this);
}

void flow::cut() noexcept {
  if (!link_) return;
  home_.buffers().stop_lending(*this);
  link_.reset();
}

/// A peer that stands still does not have it put off for ever.
void flow::hurry_goodbye(clock::time_point now) noexcept {
  if (in_.transfers().reading() == 0) return;
  if (reading_since_ == clock::time_point{}) reading_since_ = now;
  if (now < reading_since_ + reading_patience) return;
  may_read_on_.store(false, std::memory_order_relaxed);
  flush();
}

bool flow::tend(clock::time_point now) noexcept {
  if (!ended() && (all_has_come() || all_is_taken())) {
    end(all_has_come() ? why_it_leaves() : std::error_code());
    flush();
  }
  if (!ended() && link_failed_at_ != clock::time_point{} && now > link_failed_at_ + grace) {
    end(errc::connection_reset);
    flush();
  }
  if (ended() && may_read_on_.load(std::memory_order_relaxed)) hurry_goodbye(now);
  if (!abandoned_.load(std::memory_order_acquire)) return !ended();
  if (!lifeline_over_.load(std::memory_order_acquire)) return true;
  if (out_.in_flight() + in_.transfers().reading() != 0 && !linked_) home_.endpoint().end_sends_to_dead(out_.to());
  if (held_.load(std::memory_order_acquire) || pins_.load(std::memory_order_acquire) != 0) return true;
  if (let_go_) return is_stranded() && now < lost_at_ + stranded_patience;
  if (lost_at_ == clock::time_point{}) lost_at_ = now;
  if (!all_has_come() && now < lost_at_ + grace) return true;
  let_go_ = true;
  if (linked_)
    cut();
  else
    in_.transfers().cancel();
  in_.clear();
  for (auto*& b : early_)
    if (auto* const left = std::exchange(b, nullptr)) home_.repost(*left);
  home_.let_go(*this);
  return !linked_ && is_stranded();
}

}  // namespace weft::ofi
