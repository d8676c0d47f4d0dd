// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/message.hpp>

#include "fabric/credit.hpp"
#include "fabric/frame.hpp"
#include "fabric/incoming.hpp"
#include "fabric/receive_pool.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <system_error>

namespace weft::ofi {

/// The receiving half of a connection: filled buffers, taken apart into messages in the thread that consumes them.
///
/// Thread safety: by role, each of which one thread has at a time. The *driver* brings frames; the *socket* (its
/// lock) takes messages; the *flusher* posts buffers again.
class inbound {
 public:
  inbound() noexcept = default;
  inbound(inbound const&) = delete;
  inbound& operator=(inbound const&) = delete;

  /// Before anything else. \param given what the peer may have on the way
  void open(receive_pool&, credits given, std::size_t max_message) noexcept;
  incoming_transfers& transfers() noexcept { return transfers_; }
  incoming_transfers const& transfers() const noexcept { return transfers_; }

  // Driver.
  /// \return false when the frame is malformed; then the buffer is not taken
  bool arrived(receive_buffer&, std::uint32_t sequence) noexcept;

  // Socket.
  void grant(unsigned messages) noexcept { granted_ += messages; }
  /// Whether it was waiting for grants, and has some now.
  bool may_go_on() noexcept { return starved_ && granted_ != 0; }
  /// Hands over what has come, as far as the grants go. \return what is wrong with the peer, if anything
  std::error_code deliver(ext::connection_events&) noexcept;
  /// Whether the peer might soon miss the buffers that were consumed and not posted again, or must hear of its credit.
  /// A conversation never comes to that: who answers posts them, and tells of them, with the answer.
  bool wants_flush() const noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    auto const decoded = decoded_.load(relaxed);
    return (decoded - reposted_.load(relaxed)) * 4 >= given_.data || decoded - told_.load(relaxed) >= half();
  }
  /// Hands over what is complete, without regard to grants: the connection is over.
  void deliver_the_rest(ext::connection_events&) noexcept;
  // Flusher.
  /// Posts the consumed buffers again, but for the last of them. \return false when some must wait
  bool repost(std::uint32_t but_for = 0) noexcept {
    auto const end = decoded_.load(std::memory_order_acquire) - but_for;
    return static_cast<std::int32_t>(end - reposted_.load(std::memory_order_relaxed)) <= 0 || repost_until(end);
  }
  /// Frames consumed: delivered, and with as many buffers posted as the peer may fill from then on.
  std::uint32_t consumed() const noexcept {
    auto const delivered = delivered_.load(std::memory_order_acquire);
    auto const replaced = reposted_.load(std::memory_order_relaxed) + credits::spare;
    return static_cast<std::int32_t>(delivered - replaced) < 0 ? delivered : replaced;
  }
  void told(std::uint32_t consumed) noexcept { told_.store(consumed, std::memory_order_relaxed); }
  /// Whether the peer must hear of its credit though there is nothing else to say.
  bool owes_credit() const noexcept { return consumed() - told_.load(std::memory_order_relaxed) >= half(); }

  // Any thread.
  /// Data frames of which the socket has every message.
  std::uint32_t delivered() const noexcept { return delivered_.load(std::memory_order_acquire); }

  /// All buffers that are still here go back to the pool. Nobody has a role any more.
  void clear() noexcept;

 private:
  // What cannot be delivered yet, because a transfer before it is not complete.
  struct held_message {
    message whole;
    int transfer = -1;         // or this one
    std::uint32_t frames = 0;  // that end with it
  };

  bool repost_until(std::uint32_t end) noexcept;
  std::uint32_t half() const noexcept { return (given_.data + 1u) / 2; }
  std::atomic<receive_buffer*>& place(std::uint32_t sequence) noexcept { return frames_[sequence % frames_.size()]; }
  bool open_next_frame() noexcept;
  void close_frame() noexcept;
  bool take(record const&, ext::connection_events&);
  bool take_message(record const&, ext::connection_events&);
  bool take_request(record const&);
  void release_held(ext::connection_events&) noexcept;
  std::error_code deliver_records(ext::connection_events&);

  receive_pool* pool_ = nullptr;
  credits given_;
  std::size_t max_message_ = 0;

  // Frames by their sequence: from reposted_, over decoded_, to what came last. Wider than the window.
  std::array<std::atomic<receive_buffer*>, 2 * credits::most_data> frames_{};

  // Socket.
  alignas(64) std::atomic<std::uint32_t> decoded_{0};
  std::atomic<std::uint32_t> delivered_{0};
  record_reader reader_;
  bool reading_ = false;
  bool starved_ = false;
  bool over_ = false;
  std::size_t granted_ = 0;
  std::deque<held_message> held_;

  // Flusher.
  alignas(64) std::atomic<std::uint32_t> reposted_{0};  // the socket asks for it, and for the next
  std::atomic<std::uint32_t> told_{0};

  incoming_transfers transfers_;
};

}  // namespace weft::ofi
