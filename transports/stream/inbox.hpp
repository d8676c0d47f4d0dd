// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/ext/message_ring.hpp>
#include <weft/message.hpp>

#include "stream/frame.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

namespace weft::stream {

/// A block of memory to read into, that the connections of a lane hand round: most reads leave nothing behind.
/// Thread safety: all members.
class spare_block {
 public:
  spare_block() noexcept = default;
  spare_block(spare_block const&) = delete;
  spare_block& operator=(spare_block const&) = delete;
  ~spare_block() { give(nullptr); }

  ext::block* take(std::size_t size);
  void give(ext::block* b) noexcept {
    if (auto* const before = block_.exchange(b, std::memory_order_acq_rel)) ext::drop(before);
  }

 private:
  std::atomic<ext::block*> block_{nullptr};
};

/// What came in and has not been taken yet, cut into messages.
///
/// The bytes belong to the reader (whoever drives the lane) until there is something to decode, and then to the
/// decoder (whoever holds the socket's lock) until there is no more: no lock, and no reading ahead of a socket
/// that takes nothing. Memory grows with what has arrived, not with what was announced.
///
/// Where many messages came together, they are told of together and stay bytes until they are taken, one by one.
class inbox {
 public:
  /// `most`: bytes in a frame, header words and body.
  inbox(framing f, std::uint64_t most, spare_block& spare) noexcept
      : framing_(f), most_(std::min(most, std::uint64_t{1} << 60)), spare_(spare) {}
  inbox(inbox const&) = delete;
  inbox& operator=(inbox const&) = delete;
  ~inbox() {
    if (block_) ext::drop(block_);
  }

  /// Whose turn it is: the decoder's, or the reader's.
  bool ready() const noexcept { return ready_.load(std::memory_order_seq_cst); }

  // The reader. \pre !ready()
  std::span<std::byte> room();  ///< where to read to
  /// So many bytes were read. \return whether there is something to decode now: then it is the decoder's turn
  bool took(std::size_t bytes) noexcept;
  /// No more will come. It is the decoder's turn, for good.
  void end() noexcept {
    ended_ = true;
    put_away();
    ready_.store(true, std::memory_order_release);
  }
  /// Nothing was read, and perhaps nothing will be for long: keeps no empty block.
  void put_away() noexcept;

  // The decoder. \pre ready()
  /// Tells the messages that are complete: as many as were granted, or, when no more will come or `all`, all. Many at
  /// once, and those behind untaken ones, are told of as messages of `lot`, and take() is for them; null: none are.
  /// \return why the peer cannot be listened to any further
  std::error_code deliver(ext::connection_events&, unsigned& granted, ext::message_source* lot,
                          bool all = false) noexcept;
  std::size_t untaken() const noexcept { return untaken_; }
  /// Untaken ones lie in the memory to read into: it stays the decoder's turn.
  bool blocked() const noexcept { return untaken_ > aside_.size(); }
  void take(message&);  ///< the next that was told of and left. \pre untaken() > 0
  /// What is untaken blocks nothing any more.
  void set_aside();
  bool ended() const noexcept { return ended_; }
  /// The stream ended inside a frame.
  bool torn() const noexcept { return begin_ + untaken_bytes_ != end_; }

 private:
  std::span<std::byte const> bytes() const noexcept { return {block_->data + begin_, end_ - begin_}; }
  bool decodable() const noexcept;
  std::size_t known_frame() const noexcept;
  std::size_t wanted(std::size_t frame) const noexcept;
  void move_to(std::size_t capacity);
  void set_limit(std::size_t frame) noexcept;
  /// Complete frames, and what hinders those behind.
  struct survey {
    unsigned messages = 0;
    std::size_t bytes = 0;
    bool stopped = false;  ///< there are more than were granted
    std::error_code why{};
  };
  survey look(std::uint64_t granted) const noexcept;
  std::size_t take_frame(message&);
  void take_slice(std::byte* data, std::size_t size, message&);
  void leave_block() noexcept;
  void hand_back() noexcept;

  framing const framing_;
  std::uint64_t const most_;
  spare_block& spare_;
  std::atomic<bool> ready_{false};

  ext::block* block_ = nullptr;
  std::size_t begin_ = 0;  // of what is not decoded
  std::size_t untaken_ = 0;
  std::size_t untaken_bytes_ = 0;  // of frames, from `begin_` on
  ext::message_ring aside_;        // untaken, and decoded; older than the others
  std::size_t end_ = 0;
  std::size_t limit_ = 0;    // how far to read
  std::size_t largest_ = 0;  // message that arrived: the next may be so large without suspicion
  std::size_t last_ = 0;     // message's size: the next is likely to have it
  bool ended_ = false;
};

}  // namespace weft::stream
