// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>
#include <weft/options.hpp>

#include "fabric/credit.hpp"
#include "fabric/frame.hpp"
#include "fabric/outgoing.hpp"
#include "fabric/route.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::ofi {

/// The sending half of a connection: a queue of messages, made into frames as credit allows.
///
/// Thread safety: by role, each of which one thread has at a time. The *socket* (its lock) puts messages in; the
/// *flusher* (the flow's flag) takes them out; the *driver* (of the endpoint) hears of credit and completions.
class outbound {
 public:
  static constexpr std::size_t capacity = 128;                     // messages
  static constexpr std::size_t soft_limit = std::size_t{1} << 20;  // bytes waiting, from which on no more are invited

  static constexpr unsigned little_messages = 64;
  static constexpr std::size_t little_bytes = 8192;

  /// What each frame tells of the other direction.
  struct tidings {
    std::uint32_t consumed = 0;
    std::uint16_t control_seen = 0;
  };

  outbound() noexcept = default;
  outbound(outbound const&) = delete;
  outbound& operator=(outbound const&) = delete;

  /// Before anything else. \param peer what it lets us have on the way
  void open(route const&, credits peer) noexcept;
  fi_addr_t to() const noexcept { return route_.to; }

  // Socket.
  void push(message&& m) noexcept {
    auto const tail = tail_.load(std::memory_order_relaxed);
    bytes_in_.store(bytes_in_.load(std::memory_order_relaxed) + m.size(), std::memory_order_relaxed);
    at(tail) = std::move(m);
    tail_.store(tail + 1, std::memory_order_release);
  }
  /// Further sends that the socket may be told of; it is, then.
  unsigned take_allowance() noexcept {
    unsigned const n = allowance();
    allowed_.store(allowed_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    return n;
  }
  std::size_t unconfirmed() const noexcept {
    if (all_confirmed_.load(std::memory_order_relaxed)) return 0;
    return tail_.load(std::memory_order_relaxed) - confirmed_.load(std::memory_order_relaxed);
  }
  /// Not enough that a frame would be sent for it in the midst of a stream.
  bool has_little() const noexcept {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed) < little_messages &&
           bytes_in_.load(std::memory_order_relaxed) - bytes_out_.load(std::memory_order_relaxed) < little_bytes &&
           !finishing_.load(std::memory_order_relaxed);
  }
  void finish() noexcept { finishing_.store(true, std::memory_order_release); }

  enum class urgency { may_wait, now };

  // Flusher. What waits for credit, or for a transfer's end, counts as posted: news of it comes by itself.
  posting pump(tidings const&, urgency) noexcept;
  /// The last pump() left messages for a fuller frame; somebody must pump() again, and soon.
  bool held_back() const noexcept { return held_back_; }
  bool may_send_control() const noexcept { return !control_.full(); }
  /// \pre may_send_control(), and the notices fit
  posting send_control(tidings const&, transfer_notices const&) noexcept;
  posting send_acknowledgement(tidings const&) noexcept;
  std::size_t clears_in_a_frame() const noexcept;
  bool idle() const noexcept { return empty() && !transfers_.any() && !finishing_.load(std::memory_order_relaxed); }
  bool wants_ring() const noexcept { return allowance() != 0; }
  /// The socket has finished, and its last message is in a frame: once true, then false.
  bool finish_is_due() noexcept {
    return finishing_.load(std::memory_order_acquire) && empty() && !finish_sent_.exchange(true);
  }
  bool finish_sent() const noexcept { return finish_sent_.load(std::memory_order_relaxed); }
  std::uint32_t data_frames() const noexcept { return data_.next(); }
  std::uint32_t frames() const noexcept { return frames_; }
  std::uint32_t bulks() const noexcept { return transfers_.bulks(); }

  // Driver.
  using news = send_window<std::uint32_t>::news;
  news consumed(std::uint32_t count) noexcept;
  bool control_seen(std::uint16_t count) noexcept {  ///< \return false when it is malformed
    return control_.acknowledge(count) != send_window<std::uint16_t>::news::malformed;
  }
  bool cleared(clearance const& c) noexcept { return transfers_.cleared(c); }  ///< \return false when it is malformed
  bool taken(std::uint32_t transfer) noexcept { return transfers_.taken(transfer); }  ///< likewise
  bool has_work() const noexcept { return !empty() || transfers_.has_news(); }

  // Any thread.
  /// The peer says that it has everything.
  void confirm_all() noexcept { all_confirmed_.store(true, std::memory_order_relaxed); }
  /// A frame sent from the pool is done.
  void completed() noexcept { in_flight_.fetch_sub(1, std::memory_order_acq_rel); }
  /// Operations whose completions are still to come.
  unsigned in_flight() const noexcept { return in_flight_.load(std::memory_order_acquire) + transfers_.in_flight(); }

 private:
  // What goes into the next data frame.
  struct batch {
    std::uint64_t first = 0;
    unsigned count = 0;
    unsigned request_count = 0;
    std::array<std::uint64_t, most_transfers> requests;  // which of them
    std::array<std::uint32_t, most_transfers> numbers;   // of their transfers
    std::size_t bytes = frame_header_size;               // of the frame
    std::uint64_t bodies = 0;                            // of the messages
  };

  bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire); }
  message& at(std::uint64_t index) noexcept { return queue_[index % capacity]; }
  bool fits_a_frame(message const& m) const noexcept {
    return frame_header_size + message_record_size(m) <= route_.largest;
  }
  unsigned allowance() const noexcept {
    auto const room = head_.load(std::memory_order_acquire) + capacity - allowed_.load(std::memory_order_relaxed);
    // By halves: each telling costs the socket a turn.
    if (room < capacity / 2) return 0;
    auto const waiting = bytes_in_.load(std::memory_order_relaxed) - bytes_out_.load(std::memory_order_relaxed);
    return waiting < soft_limit ? static_cast<unsigned>(room) : 0;
  }

  static frame_header stamp(frame_kind kind, std::uint32_t sequence, tidings const& t) noexcept {
    return {kind, t.control_seen, sequence, t.consumed};
  }

  bool is_stream() const noexcept;
  bool should_wait() const noexcept;
  void note_frame() noexcept;
  batch gather(std::uint64_t head, std::uint64_t tail) noexcept;
  bool is_light(message const&) const noexcept;
  frame_header open_data_frame(tidings const&, std::uint64_t end) noexcept;
  posting post_light(message const&, std::uint64_t end, tidings const&) noexcept;
  posting post(batch const&, tidings const&) noexcept;
  posting post_in_place(frame_header const&, message&) noexcept;
  posting inject(std::span<std::byte const> frame) noexcept;
  template <class Write>
  posting post_bytes(std::size_t size, Write const& write) noexcept;
  posting post_pooled(send_operation&, std::span<iovec const>) noexcept;
  void write(record_writer, batch const&) noexcept;
  std::size_t begin_transfers(batch const&) noexcept;
  void take_back_transfers(batch const&) noexcept;
  void settle(batch const&) noexcept;

  // Socket, and read by the flusher.
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::atomic<std::uint64_t> bytes_in_{0};
  std::atomic<std::uint64_t> allowed_{0};
  std::atomic<bool> finishing_{false};

  // Flusher, and read by the others.
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> bytes_out_{0};
  std::uint32_t frames_ = 0;
  std::atomic<bool> finish_sent_{false};
  bool held_back_ = false;
  std::uint32_t heard_ = 0;         // of the peer's data frames
  std::uint32_t unanswered_ = 0;    // frames since the last of them
  clock::time_point last_frame_{};  // kept only when frames follow each other without an answer
  std::uint32_t sent_before_ = 0;   // of the endpoint, up to that frame
  send_window<std::uint32_t> data_;
  send_window<std::uint16_t> control_;
  route route_;

  // Where each frame on its way ends, in messages since the beginning; and how far the peer has confirmed.
  alignas(64) std::array<std::atomic<std::uint64_t>, 2 * credits::most_data> ends_{};
  std::atomic<std::uint64_t> confirmed_{0};
  std::atomic<bool> all_confirmed_{false};
  std::atomic<unsigned> in_flight_{0};

  outgoing_transfers transfers_;
  std::array<message, capacity> queue_;
};

}  // namespace weft::ofi
