// SPDX-License-Identifier: MIT
#include "stream/inbox.hpp"

#include <weft/error.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace weft::stream {

namespace {

constexpr std::size_t usual = 64 << 10;

// Smaller bodies are copied out: a slice keeps the whole block.
constexpr std::size_t sliced = 16 << 10;

// So many messages that came together are left where they are until they are taken. Of fewer each is worth a copy that
// sets the memory free for the next read.
constexpr unsigned many = 16;

// Memory for so much is given to anybody who announces it; for more, as it arrives or has arrived before.
constexpr std::size_t unsuspicious = 1 << 20;
constexpr std::size_t trusted = 64 << 20;

// So that a body behind the first prefix begins where any type may.
constexpr std::size_t first_offset(framing f) noexcept { return 16 - prefix_size(f); }

}  // namespace

ext::block* spare_block::take(std::size_t size) {
  auto* const b = block_.exchange(nullptr, std::memory_order_acq_rel);
  if (b && b->capacity >= size) return b;
  if (b) ext::drop(b);
  return ext::allocate_block(size);
}

void inbox::put_away() noexcept {
  if (!block_ || begin_ != end_) return;
  hand_back();
}

void inbox::hand_back() noexcept {
  auto* const b = std::exchange(block_, nullptr);
  begin_ = end_ = limit_ = 0;
  // One that messages are parts of is theirs.
  if (b->references.load(std::memory_order_acquire) == 1)
    spare_.give(b);
  else
    ext::drop(b);
}

/// How much memory a frame of that size may have by now: twice what has come, once that is full.
std::size_t inbox::wanted(std::size_t frame) const noexcept {
  auto const come = block_ && end_ == block_->capacity ? end_ - begin_ : 0;
  return std::min(frame, std::max({unsuspicious, std::min(largest_, trusted) + longest_prefix, 2 * come}));
}

/// Bytes of the frame that has begun, prefix and all; zero when it does not say yet.
std::size_t inbox::known_frame() const noexcept {
  auto const head = read_head(framing_, bytes());
  return head.known ? prefix_size(framing_) + static_cast<std::size_t>(head.size) : 0;
}

std::span<std::byte> inbox::room() {
  if (!block_) {
    // With the prefix of the one behind it: then that one's memory can be had before it is read.
    auto const guess = last_ >= sliced ? wanted(last_ + 2 * prefix_size(framing_)) : 0;
    auto const size = std::max(usual, guess + first_offset(framing_));
    block_ = spare_.take(size);
    begin_ = end_ = first_offset(framing_);
    limit_ = guess > usual ? begin_ + guess : std::min(block_->capacity, 2 * usual);
  }
  if (begin_ != end_) {
    auto const frame = known_frame();
    auto const needed = wanted(frame > 0 ? frame : prefix_size(framing_));
    if (begin_ + needed > block_->capacity || end_ == block_->capacity) move_to(needed);
    set_limit(frame);
  }
  return {block_->data + end_, limit_ - end_};
}

/// Large frames are read to their ends, and no further than the next one's prefix: what comes behind is not moved
/// twice.
void inbox::set_limit(std::size_t frame) noexcept {
  limit_ = block_->capacity;
  if (frame >= sliced && begin_ + frame + prefix_size(framing_) < limit_)
    limit_ = begin_ + frame + prefix_size(framing_);
}

void inbox::move_to(std::size_t needed) {
  auto const first = first_offset(framing_);
  auto const size = end_ - begin_;
  auto const capacity = first + needed + prefix_size(framing_);
  if (capacity <= block_->capacity && block_->references.load(std::memory_order_acquire) == 1) {
    std::memmove(block_->data + first, block_->data + begin_, size);
  } else {
    auto* const larger = ext::allocate_block(std::max(capacity, usual));
    std::memcpy(larger->data + first, block_->data + begin_, size);
    ext::drop(std::exchange(block_, larger));
  }
  begin_ = first;
  end_ = first + size;
}

bool inbox::decodable() const noexcept {
  auto const head = read_head(framing_, bytes());
  if (head.malformed) return true;
  return head.known && (head.size > most_ || head.size <= bytes().size() - prefix_size(framing_));
}

bool inbox::took(std::size_t n) noexcept {
  end_ += n;
  if (!decodable()) return false;
  ready_.store(true, std::memory_order_release);
  return true;
}

inbox::survey inbox::look(std::uint64_t granted) const noexcept {
  auto const f = framing_;
  auto const prefix = prefix_size(f);
  auto const most = most_;
  auto rest = bytes().subspan(untaken_bytes_);
  auto const all = rest.size();
  survey s;
  while (!rest.empty()) {
    auto const head = read_head(f, rest);
    if (head.malformed) s.why = errc::malformed;
    if (head.known && head.size > most) s.why = errc::message_too_large;
    if (s.why || !head.known || head.size > rest.size() - prefix) break;
    s.stopped = s.messages == granted;
    if (s.stopped) break;
    ++s.messages;
    rest = rest.subspan(prefix + static_cast<std::size_t>(head.size));
  }
  s.bytes = all - rest.size();
  return s;
}

std::error_code inbox::deliver(ext::connection_events& events, unsigned& granted, ext::message_source* lot,
                               bool all) noexcept {
  auto const found = block_ ? look(ended_ || all ? ~std::uint64_t{0} : granted) : survey{};
  granted -= std::min(granted, found.messages);
  if (lot && found.messages > 0 && (untaken_ > 0 || found.messages >= many)) {
    untaken_ += found.messages;
    untaken_bytes_ += found.bytes;
    events.on_messages(*lot, found.messages, found.bytes - found.messages * prefix_size(framing_));
  } else {
    for (auto n = found.messages; n > 0; --n) {
      message m;
      take_frame(m);
      events.on_message(std::move(m));
    }
  }
  if (found.why) return found.why;
  if (ended_ || found.stopped || blocked()) return {};  // it stays the decoder's turn
  if (block_ && begin_ == end_) hand_back();
  ready_.store(false, std::memory_order_seq_cst);
  return {};
}

void inbox::take(message& m) {
  --untaken_;
  if (!aside_.empty()) return aside_.pop(m);
  untaken_bytes_ -= take_frame(m);
}

void inbox::set_aside() {
  while (blocked()) {
    message m;
    take_frame(m);
    aside_.push(std::move(m));
  }
  untaken_bytes_ = 0;
}

/// \return its size. \pre a whole one has come
std::size_t inbox::take_frame(message& m) {
  auto const prefix = prefix_size(framing_);
  auto const head = parse_head(framing_, block_->data + begin_);
  auto const size = static_cast<std::size_t>(head.size);
  auto* const data = block_->data + begin_ + prefix;
  begin_ += prefix + size;
  last_ = size;
  largest_ = std::max(largest_, size);
  if (size < sliced) [[likely]]
    m.assign({data, size});
  else
    take_slice(data, size, m);
  m.set_kind(head.kind);
  return prefix + size;
}

void inbox::take_slice(std::byte* data, std::size_t size, message& m) {
  // The last one takes the block with it, and is the only one on it.
  bool const last = begin_ == end_;
  if (!last) block_->references.fetch_add(1, std::memory_order_relaxed);
  auto* const b = last ? std::exchange(block_, nullptr) : block_;
  if (last) begin_ = end_ = 0;
  m = message::slice(b, data, size);
  if (!last && end_ - begin_ <= longest_prefix) leave_block();
}

/// The next prefix alone is behind the message: that goes where its frame will be read, as it would soon enough, and
/// the message has the block for itself, to be written to without a copy.
void inbox::leave_block() noexcept {
  try {
    move_to(wanted(std::max(known_frame(), prefix_size(framing_))));
  } catch (std::bad_alloc const&) {
    // It is shared, then.
  }
}

}  // namespace weft::stream
