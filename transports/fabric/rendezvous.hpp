// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/frame.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

// The bookkeeping of large bodies, without the bodies (docs/wire-fabric.md, section 5).
namespace weft::ofi {

/// At a time, in each direction.
inline constexpr unsigned most_transfers = 4;

/// Of one transfer, on their way at a time. Four cover the turn-around of a clear with room to spare.
inline constexpr unsigned chunks_cleared = 4;

/// Measured on tcp and shm: pieces that fit a cache beat one message of many megabytes, and the death of a peer
/// strands less.
inline constexpr std::uint32_t chunk_size = 1 << 20;

/// The least that a clear may hand out, unless it is the body's end.
inline constexpr std::uint32_t smallest_chunk = 65536;

/// Clears whose chunks are not all sent.
inline constexpr unsigned most_clears = most_transfers * chunks_cleared;

/// What a receiver has to tell of its transfers, in one frame.
struct transfer_notices {
  std::span<clearance const> clears;
  std::span<std::uint32_t const> taken;

  bool empty() const noexcept { return clears.empty() && taken.empty(); }
};

/// What a receiver has cleared of a body, and what of it has come.
class incoming_plan {
 public:
  incoming_plan() noexcept = default;
  explicit incoming_plan(std::uint64_t size) noexcept
      : size_(size), chunk_(static_cast<std::uint32_t>(size < chunk_size ? size : chunk_size)) {}

  struct piece {
    std::uint64_t offset;
    std::uint32_t size;
  };

  bool all_cleared() const noexcept { return offset_ == size_; }
  piece next() const noexcept {  ///< \pre !all_cleared()
    auto const left = size_ - offset_;
    return {offset_, left < chunk_ ? static_cast<std::uint32_t>(left) : chunk_};
  }
  void clear_next() noexcept { offset_ += next().size; }

  /// \return whether that was the last
  bool arrived(std::uint32_t bytes) noexcept { return (come_ += bytes) == size_; }

  std::uint32_t chunk() const noexcept { return chunk_; }

 private:
  std::uint64_t size_ = 0;
  std::uint32_t chunk_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t come_ = 0;
};

/// What a sender may send of a body, and what of it is sent.
class outgoing_plan {
 public:
  outgoing_plan() noexcept = default;
  explicit outgoing_plan(std::uint64_t size) noexcept : size_(size) {}

  /// \return false for a clear that cannot be meant
  bool accept(clearance const& c) noexcept;

  /// One cleared chunk was completely sent. \return whether that was the body's last
  bool sent(std::uint32_t bytes) noexcept { return (sent_ += bytes) == size_; }

 private:
  std::uint64_t size_ = 0;
  std::uint64_t cleared_ = 0;
  std::uint64_t sent_ = 0;
};

/// Cleared chunks in the order in which they must be sent.
/// Thread safety: one thread pushes, one takes.
class clear_queue {
 public:
  struct chunk {
    std::uint32_t transfer;
    std::uint32_t id;
    std::uint64_t offset;
    std::uint32_t size;
  };

  bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire); }
  bool full() const noexcept {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) == most_clears;
  }
  void push(clearance const& c) noexcept {  ///< \pre !full()
    auto const tail = tail_.load(std::memory_order_relaxed);
    queue_[tail % most_clears] = c;
    tail_.store(tail + 1, std::memory_order_release);
  }

  /// The next to send, of a body of `size` bytes.
  std::uint32_t transfer() const noexcept { return front().transfer; }
  chunk next(std::uint64_t size) const noexcept;
  void pop() noexcept;  ///< that one is sent

 private:
  clearance const& front() const noexcept { return queue_[head_.load(std::memory_order_relaxed) % most_clears]; }

  std::array<clearance, most_clears> queue_;
  std::atomic<unsigned> head_{0};
  std::atomic<unsigned> tail_{0};
  std::uint32_t done_ = 0;  // chunks of the front
};

}  // namespace weft::ofi
