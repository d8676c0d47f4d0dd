// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "stream/frame.hpp"

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace weft::stream {

/// Bytes to be written with one call: small messages copied together, large bodies from where they are.
struct batch {
  static constexpr std::size_t most_pieces = 64;

  std::array<iovec, most_pieces> pieces;
  std::size_t count = 0;
  std::size_t bytes = 0;

  std::span<iovec> all() noexcept { return {pieces.data(), count}; }
  void add(void const* data, std::size_t size) noexcept {
    bytes += size;
    auto* const end = static_cast<std::byte const*>(data);
    if (count > 0 && static_cast<std::byte*>(pieces[count - 1].iov_base) + pieces[count - 1].iov_len == end)
      pieces[count - 1].iov_len += size;
    else
      pieces[count++] = {const_cast<void*>(data), size};
  }
  void drop_front(std::size_t size) noexcept;
};

/// The messages that wait to be written, and the sends that the socket may still post.
/// Thread safety: one producer, whoever holds the socket's lock; one consumer, whoever flushes.
class outbox {
 public:
  static constexpr std::size_t capacity = 1024;
  static constexpr std::size_t narrow = 128;  ///< credits when messages are large
  static constexpr std::size_t initial = 16;  ///< credits to begin with, and places

  explicit outbox(framing f) noexcept : framing_(f) {}
  outbox(outbox const&) = delete;
  outbox& operator=(outbox const&) = delete;
  ~outbox();

  // The producer.
  void push(message&&);  ///< \pre a credit is held
  /// Credits to hand out now: by halves, for each telling costs the socket a turn; none while many bytes wait.
  unsigned take_allowance() noexcept;

  // The consumer.
  bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire); }
  /// What to write next. Copies into `scratch`, whose bytes the batch refers to.
  void gather(batch&, std::span<std::byte> scratch) noexcept;
  void written(std::size_t bytes) noexcept;  ///< so much of it has been
  bool wants_ring() const noexcept { return allowance() > 0; }

  // Any thread.
  std::size_t size() const noexcept {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }
  std::uint64_t pending_bytes() const noexcept {
    return pushed_bytes_.load(std::memory_order_acquire) - written_bytes_.load(std::memory_order_acquire);
  }
  std::uint64_t written_bytes() const noexcept { return written_bytes_.load(std::memory_order_acquire); }

  /// Messages of which the first `arrived` bytes of the stream do not hold everything. By the producer, once nothing
  /// is written any more.
  std::size_t unconfirmed(std::uint64_t arrived) const noexcept;

 private:
  /// Places for messages, behind the numbers that say where in the stream each message ends; those are kept when it is
  /// gone.
  class shelf {
   public:
    explicit shelf(std::size_t places)
        : places_(places), memory_(new std::byte[places * (sizeof(std::uint64_t) + sizeof(message))]) {}

    std::size_t places() const noexcept { return places_; }
    std::uint64_t& end(std::uint64_t i) const noexcept {
      return reinterpret_cast<std::uint64_t*>(memory_.get())[i & (places_ - 1)];
    }
    message* place(std::uint64_t i) const noexcept {
      return reinterpret_cast<message*>(memory_.get() + places_ * sizeof(std::uint64_t)) + (i & (places_ - 1));
    }

   private:
    static_assert(alignof(message) <= alignof(std::max_align_t));
    std::size_t places_;  // a power of two
    std::unique_ptr<std::byte[]> memory_;
  };

  unsigned allowance() const noexcept;
  void adapt_window() noexcept;
  void widen() noexcept;
  message& at(std::uint64_t i) const noexcept { return *shelf_->place(i - base_); }
  std::uint64_t end_of(std::uint64_t i) const noexcept { return shelf_->end(i); }
  bool add(batch&, message const&, std::span<std::byte>& scratch) const noexcept;

  framing const framing_;
  // Made by the first push, and again for those who send much: a connection that never does costs little. Changes only
  // while the consumer has nothing to look at.
  std::optional<shelf> shelf_;
  // Which message lies in the first slot: one that finds nobody before it, so that a conversation stays in one
  // place of memory. Moves only while the consumer has nothing to look at.
  std::uint64_t base_ = 0;
  std::atomic<std::uint64_t> tail_{0};
  std::atomic<std::uint64_t> pushed_bytes_{0};
  std::atomic<std::uint64_t> allowed_{0};
  std::atomic<bool> widening_{false};           // nothing is allowed until it is empty, and the shelf another
  std::atomic<std::uint64_t> window_{initial};  // messages that may be queued: many small ones, or few large ones
  std::uint64_t seen_tail_ = 0;                 // when that was last thought over
  std::uint64_t seen_bytes_ = 0;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> written_bytes_{0};
};

}  // namespace weft::stream
