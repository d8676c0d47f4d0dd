// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "stream/frame.hpp"
#include "stream/shelf.hpp"

#include <sys/uio.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
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
///
/// One whose body lives inside it is put into its frame at once, behind the one before: what has gathered is a run of
/// bytes then, written from where it is. The others are held as they are.
/// Thread safety: one producer, whoever holds the socket's lock; one consumer, whoever flushes.
class outbox {
 public:
  static constexpr std::size_t capacity = 1024;
  static constexpr std::size_t few = 16;    ///< that lie on the small shelf
  static constexpr std::size_t usual = 32;  ///< credits to begin with
  static constexpr std::size_t least = 4;   ///< that may be queued of the largest messages

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
  /// What to write next. What is held and small is copied into `scratch`, to whose bytes the batch refers.
  void gather(batch&, std::span<std::byte> scratch) noexcept;
  void written(std::size_t bytes) noexcept;  ///< so much of it has been
  bool wants_ring() const noexcept { return allowance() > 0; }
  /// Messages that are held.
  std::size_t held() const noexcept { return pushed_held_.load(std::memory_order_acquire) - written_held_; }

  // Any thread.
  std::size_t size() const noexcept {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }
  std::uint64_t pending_bytes() const noexcept {
    return pushed_bytes_.load(std::memory_order_acquire) - written_bytes_.load(std::memory_order_acquire);
  }
  std::uint64_t pushed() const noexcept { return tail_.load(std::memory_order_acquire); }  ///< messages, ever
  std::uint64_t written_bytes() const noexcept { return written_bytes_.load(std::memory_order_acquire); }

  /// Messages of which the first `arrived` bytes of the stream do not hold everything. By the producer, once nothing
  /// is written any more.
  std::size_t unconfirmed(std::uint64_t arrived) const noexcept;

 private:
  unsigned allowance() const noexcept;
  void adapt_window() noexcept;
  shelf& for_next(std::uint64_t i);
  shelf& of(std::uint64_t i) noexcept { return i < large_from_.load(std::memory_order_relaxed) ? *small_ : *large_; }
  shelf const& of(std::uint64_t i) const noexcept { return const_cast<outbox*>(this)->of(i); }
  std::uint64_t end_of(std::uint64_t i) const noexcept { return of(i).end(i); }
  std::uint64_t known_ends() const noexcept;
  std::uint64_t run_from(std::uint64_t i, std::uint64_t tail) const noexcept;
  bool add(batch&, message const&, std::span<std::byte>& scratch) const noexcept;

  framing const framing_;
  // Made by the first push, and by the first that finds it full: a connection that never sends costs little, and so
  // does one that converses. The producer writes them before it tells of the message.
  std::optional<shelf> small_;
  std::optional<shelf> large_;
  std::atomic<std::uint64_t> large_from_{~std::uint64_t{0}};  // messages lie there
  std::atomic<std::uint64_t> tail_{0};
  std::atomic<std::uint64_t> pushed_bytes_{0};
  std::atomic<std::uint64_t> pushed_held_{0};
  std::atomic<std::uint64_t> allowed_{0};
  std::atomic<std::uint64_t> window_{usual};  // messages that may be queued: many small ones, or few large ones
  std::uint64_t seen_tail_ = 0;               // when that was last thought over
  std::uint64_t seen_bytes_ = 0;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> written_bytes_{0};
  // The consumer's.
  std::uint64_t head_begin_ = 0;  // where in the stream the oldest message begins
  std::uint64_t written_held_ = 0;
};

}  // namespace weft::stream
