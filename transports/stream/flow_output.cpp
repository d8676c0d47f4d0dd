// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "stream/flow.hpp"
#include "stream/system_calls.hpp"

#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

// How a flow writes: the flusher's part.
namespace weft::stream {

namespace {

using namespace std::chrono_literals;

// So many sends, each so soon after the one before, make a connection hot. A publisher has others to serve as well: so
// much is for each of a socket's connections, and what writing took in between does not count.
constexpr unsigned quick_sends = 4;
constexpr auto quick = std::chrono::duration_cast<clock::duration>(2us);

// A caller that finds so much gathered writes it.
constexpr std::uint64_t enough_bytes = 64 << 10;
constexpr std::size_t enough_messages = outbox::capacity / 2;

// A hot connection is looked at so often, and after so many looks that found fewer new messages than that it is cold.
constexpr auto look_interval = std::chrono::duration_cast<clock::duration>(100us);
constexpr unsigned idle_looks = 3;
constexpr std::uint64_t lively = 16;

constexpr std::size_t scratch_size = 64 << 10;

class scratch_block {
 public:
  scratch_block() : block_(ext::allocate_block(scratch_size)) {}
  scratch_block(scratch_block const&) = delete;
  scratch_block& operator=(scratch_block const&) = delete;
  ~scratch_block() { ext::drop(block_); }
  std::span<std::byte> bytes() const noexcept { return {block_->data, scratch_size}; }

 private:
  ext::block* block_;
};

}  // namespace

void flow::flush() noexcept {
  if (resume_.load(std::memory_order_relaxed) && resume_.exchange(false, std::memory_order_acq_rel) && inbox_.ready())
    bell_.ring();
  if (left_.load(std::memory_order_seq_cst) && !inbox_.ready() && left_.exchange(false)) lane_->wake();
  if (hung_up_.load(std::memory_order_relaxed)) update_care();
  if (over() || finishing_.load(std::memory_order_acquire)) {
    pump();
    return;
  }
  if (outbox_.size() == 0 || stalled()) return;
  bool const answered = answered_.load(std::memory_order_relaxed);
  if (should_wait()) return;
  // In a conversation nobody asks for the time.
  if (answered || hot()) {
    pump();
    last_write_.store(0, std::memory_order_relaxed);
  } else {
    auto const begun = clock::now();
    pump();
    auto const end = clock::now();
    lane_->wrote_for(end - begun);
    last_write_.store(lane_->time_beside_writing(end), std::memory_order_relaxed);
  }
}

bool flow::has_enough() const noexcept {
  return outbox_.pending_bytes() >= enough_bytes || outbox_.size() >= enough_messages;
}

bool flow::should_wait() noexcept {
  if (has_enough()) return false;
  if (hot_.load(std::memory_order_relaxed)) return true;
  auto const last = last_write_.load(std::memory_order_relaxed);
  auto const soon = quick.count() * static_cast<clock::rep>(lane_->size());
  if (answered_.exchange(false, std::memory_order_relaxed) || last == 0 ||
      lane_->time_beside_writing(clock::now()) - last > soon) {
    quick_.store(0, std::memory_order_relaxed);
    return false;
  }
  if (quick_.fetch_add(1, std::memory_order_relaxed) + 1 < quick_sends || !lane_->reactor().runs_by_itself())
    return false;
  become_hot();
  return true;
}

void flow::become_hot() noexcept {
  if (hot_.exchange(true, std::memory_order_acq_rel)) return;
  lane_->heat(+1);
  lane_->reactor().post([self = shared_from_this(), seen = progress_so_far()] { self->cool_down(seen, 0); });
}

/// Look by look, while many are sent: writes what nobody has written since the last look. If it were done at each turn
/// of the loop two threads would write by turns, with a system call for a few messages each.
void flow::cool_down(output_progress seen, unsigned idle) noexcept {
  bool const cold = !hot_.load(std::memory_order_relaxed);
  if (cold || outbox_.written_bytes() == seen.written_bytes) pump();
  if (cold) return cooling_.reset();  // who found it hot a moment ago has been seen to now
  idle = outbox_.pushed() - seen.pushed >= lively ? 0 : idle + 1;
  if (over() || stalled() || idle > idle_looks) {
    quick_.store(0, std::memory_order_relaxed);
    hot_.store(false, std::memory_order_seq_cst);
    lane_->heat(-1);
  }
  if (!cooling_) cooling_ = lane_->reactor().make_alarm();
  auto const next = lane_->reactor().now() + look_interval * (1 + lane_->hot() / 16);
  cooling_->at(next, [weak = weak_from_this(), now = progress_so_far(), idle] {
    if (auto const self = weak.lock()) self->cool_down(now, idle);
  });
}

bool flow::pump() noexcept {
  if (flushing_.fetch_add(1, std::memory_order_acq_rel) != 0) return false;
  bool any = false;
  int seen = 1;
  do any |= write_out();
  while (!flushing_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel, std::memory_order_acquire));
  return any;
}

bool flow::write_out() noexcept {
  bool any = false;
  if (!over()) {
    while (!stalled() && !broken_ && has_output() && write_some() > 0) any = true;
    if (finishing_.load(std::memory_order_acquire) && outbox_.empty()) say_goodbye();
    if (outbox_.wants_ring()) bell_.ring();
  }
  if (over()) fall_silent();
  return any;
}

/// It is over when the peer's host has everything: the peer itself need not look for long. No event tells, so the lane
/// asks again and again.
void flow::say_goodbye() noexcept {
  if (!leaving_.exchange(true, std::memory_order_acq_rel)) lane_->heat(+1);
  if (!sent_end_) {
    // A channel's last words are bytes, too: behind them nobody could tell how many of the messages are under way.
    if (channel_ && !all_arrived_ && bytes_under_way() > 0) return;
    all_arrived_ = channel_ != nullptr;
    if (channel_ && !channel_->farewell()) return stall();
    sent_end_ = true;
    ::shutdown(fd_.get(), SHUT_WR);
  }
  if (bytes_under_way() == 0) end({});
}

std::uint64_t flow::bytes_under_way() const noexcept {
  int n = 0;
  return ::ioctl(fd_.get(), SIOCOUTQ, &n) == 0 && n > 0 ? static_cast<std::uint64_t>(n) : 0;
}

ssize_t flow::write_some() noexcept {
  batch b;
  std::byte little[2048];
  auto const write = [&](std::span<std::byte> scratch) {
    outbox_.gather(b, scratch);
    ssize_t n;
    do n = channel_ ? channel_->send(b) : send_now(fd_.get(), b);
    while (n < 0 && errno == EINTR);
    return n;
  };
  auto const n = outbox_.held() <= 1 ? write(little) : write(scratch_block().bytes());
  if (n > 0) outbox_.written(static_cast<std::size_t>(n));
  if (n >= 0 ? static_cast<std::size_t>(n) < b.bytes : errno == EAGAIN) {
    stall();
  } else if (n < 0) {
    // Why, the reader will find at the end of what the peer has said before.
    broken_ = true;
    hung_up();
  }
  return n;
}

void flow::stall() noexcept {
  stalled_.store(true, std::memory_order_release);
  // Also when it is watched already: the moment may have come and gone before anybody knew that it matters.
  lane_->watch_output(*this, true);
  update_care();
}

/// Nothing is written any more: what the peer's host has of it is known now.
void flow::fall_silent() noexcept {
  if (silent()) return;
  if (leaving_.exchange(false, std::memory_order_acq_rel)) lane_->heat(-1);
  auto const written = outbox_.written_bytes();
  arrived_ = all_arrived_ ? written : written - std::min(written, bytes_under_way());
  if (channel_ && !sent_end_) channel_->farewell();
  silent_.store(true, std::memory_order_release);
  ::shutdown(fd_.get(), SHUT_RDWR);
  update_care();
  announce();
}

}  // namespace weft::stream
