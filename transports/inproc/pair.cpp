// SPDX-License-Identifier: MIT
#include "inproc/pair.hpp"

namespace weft::transports {

namespace {

// The sender hears of free slots so many at a time: each time costs it a look, and its cache line a trip.
constexpr std::size_t credit_step = spsc_ring::capacity / 4;

}  // namespace

/// The peer must not wait for one that was never started to take what it sent.
inproc_connection::~inproc_connection() {
  mine_.gone.store(true, std::memory_order_release);
  shut(errc::closed);
  if (!told_) shut_.store(true, std::memory_order_relaxed);
  flush();
}

void inproc_connection::start(std::shared_ptr<ext::doorbell> bell) noexcept {
  mine_.bell = std::move(bell);
  mine_.started.store(true, std::memory_order_seq_cst);
  mine_.bell->ring();  // there are send credits to tell, and messages may wait
}

bool inproc_connection::send(message&& m) noexcept {
  theirs_.inbox.push(std::move(m));
  sent_.store(true, std::memory_order_relaxed);
  return true;
}

bool inproc_connection::progress(ext::connection_events& events) noexcept {
  bool const closed = pair_->closed.load(std::memory_order_acquire);
  // What was sent before the end still arrives.
  while ((granted_ > 0 || closed) && !mine_.inbox.empty()) {
    if (granted_ > 0) --granted_;
    events.on_message(mine_.inbox.pop());
  }
  if (mine_.inbox.popped() - returned_at_ >= (closed ? 1 : credit_step)) {
    returned_at_ = mine_.inbox.popped();
    took_.store(true, std::memory_order_relaxed);
  }
  if (closed) {
    bool const leaving = finishing_ && unconfirmed() > 0 && !theirs_.gone.load(std::memory_order_acquire);
    if (!leaving && !std::exchange(told_, true)) events.on_closed(reason());
  } else if (auto const credits = theirs_.inbox.popped() + spsc_ring::capacity; credits != credited_) {
    events.on_writable(static_cast<unsigned>(credits - std::exchange(credited_, credits)));
  }
  return wants_flush();
}

bool inproc_connection::wants_flush() const noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  return shut_.load(relaxed) || allowed_.load(relaxed) || sent_.load(relaxed) || took_.load(relaxed);
}

void inproc_connection::flush() noexcept {
  if (shut_.load(std::memory_order_relaxed) && shut_.exchange(false)) {
    // On the loop, which answers at once: an end must be noticed even where nobody waits. Who closes a socket there
    // waits for the end, and nothing posted would run meanwhile.
    auto const tell = [p = pair_] {
      for (auto& e : p->ends) ring(e);
    };
    pair_->loop.on_loop() ? tell() : pair_->loop.post(tell);
  }
  // Messages may have waited for this grant.
  if (allowed_.load(std::memory_order_relaxed) && allowed_.exchange(false) &&
      mine_.inbox.pushed() != mine_.inbox.popped())
    ring(mine_);
  bool const sent = sent_.load(std::memory_order_relaxed) && sent_.exchange(false);
  bool const took = took_.load(std::memory_order_relaxed) && took_.exchange(false);
  if (sent || took) ring(theirs_);
}

void inproc_connection::finish() noexcept {
  finishing_ = true;
  shut({});
}

void inproc_connection::close(std::error_code why) noexcept {
  shut(why ? why : errc::closed);
  if (!std::exchange(finishing_, false)) return;
  shut_.store(true, std::memory_order_relaxed);
  std::lock_guard lock(pair_->mutex);
  if (pair_->closer == side_ && !pair_->why) pair_->why = why;
}

void inproc_connection::shut(std::error_code why) noexcept {
  {
    std::lock_guard lock(pair_->mutex);
    if (pair_->closer >= 0) return;
    pair_->closer = side_;
    pair_->why = why;
    pair_->closed.store(true, std::memory_order_release);
  }
  shut_.store(true, std::memory_order_relaxed);
}

/// For the side that closed its own words; for the other that the peer is gone, or why it was turned away.
std::error_code inproc_connection::reason() noexcept {
  std::lock_guard lock(pair_->mutex);
  if (pair_->closer == side_) return pair_->why;
  if (!pair_->why) return {};  // it said goodbye
  return pair_->why == errc::closed ? make_error_code(errc::connection_reset) : pair_->why;
}

std::size_t inproc_connection::unconfirmed() const noexcept { return theirs_.inbox.pushed() - theirs_.inbox.popped(); }

}  // namespace weft::transports
