// SPDX-License-Identifier: MIT
#include "stream/outbox.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace weft::stream {

namespace {

// Below this a copy costs less than a piece of its own.
constexpr std::size_t copied = 4096;

// With so many bytes waiting nobody is told to send more.
constexpr std::uint64_t enough_bytes = 1 << 20;

}  // namespace

void batch::drop_front(std::size_t size) noexcept {
  bytes -= size;
  std::size_t gone = 0;
  while (gone != count && size >= pieces[gone].iov_len) size -= pieces[gone++].iov_len;
  std::copy(pieces.begin() + static_cast<std::ptrdiff_t>(gone), pieces.begin() + static_cast<std::ptrdiff_t>(count),
            pieces.begin());
  count -= gone;
  if (size == 0) return;
  pieces[0].iov_base = static_cast<std::byte*>(pieces[0].iov_base) + size;
  pieces[0].iov_len -= size;
}

outbox::~outbox() {
  auto const tail = tail_.load(std::memory_order_acquire);
  for (auto i = head_.load(std::memory_order_acquire); i != tail; ++i)
    if (of(i).holds(i)) of(i).drop_message(i);
}

/// One that finds nobody before it lies in the first place: that moves only while the consumer has nothing to look at.
shelf& outbox::for_next(std::uint64_t i) {
  auto const waiting = i - head_.load(std::memory_order_acquire);
  if (!small_) small_.emplace(few, i);
  if (!large_ && waiting == few) {
    large_.emplace(capacity, i);
    large_from_.store(i, std::memory_order_relaxed);
  }
  auto& here = large_ ? *large_ : *small_;
  if (waiting == 0) here.begin_at(i);
  return here;
}

/// How many of the last messages it knows the ends of.
std::uint64_t outbox::known_ends() const noexcept {
  auto const tail = tail_.load(std::memory_order_acquire);
  if (!large_) return std::min<std::uint64_t>(tail, few);
  return std::min<std::uint64_t>(tail - large_from_.load(std::memory_order_relaxed) + few, capacity);
}

void outbox::push(message&& m) {
  auto const i = tail_.load(std::memory_order_relaxed);
  auto const size = frame_size(framing_, m);
  auto const end = pushed_bytes_.load(std::memory_order_relaxed) + size;
  auto& here = for_next(i);
  if (shelf::light(m)) {
    here.add_bytes(i, framing_, m, size, end);
  } else {
    here.hold(i, std::move(m), end);
    pushed_held_.store(pushed_held_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  pushed_bytes_.store(end, std::memory_order_release);
  tail_.store(i + 1, std::memory_order_release);
}

unsigned outbox::allowance() const noexcept {
  auto const window = window_.load(std::memory_order_relaxed);
  auto const end = head_.load(std::memory_order_acquire) + window;
  auto const allowed = allowed_.load(std::memory_order_relaxed);
  if (end < allowed + window / 2) return 0;
  return pending_bytes() < enough_bytes ? static_cast<unsigned>(end - allowed) : 0;
}

unsigned outbox::take_allowance() noexcept {
  auto const n = allowance();
  if (n == 0) return 0;
  allowed_.store(allowed_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  adapt_window();
  return n;
}

/// What is granted cannot be taken back when messages grow: so only small ones widen the window, step by step, while
/// large ones make it as narrow as they need it at once. A longer queue of those is no faster, and each would lie in
/// memory that no cache holds.
void outbox::adapt_window() noexcept {
  auto const messages =
      tail_.load(std::memory_order_relaxed) - std::exchange(seen_tail_, tail_.load(std::memory_order_relaxed));
  auto const bytes = pushed_bytes_.load(std::memory_order_relaxed) -
                     std::exchange(seen_bytes_, pushed_bytes_.load(std::memory_order_relaxed));
  if (messages == 0) return;
  auto const most = std::clamp<std::uint64_t>(enough_bytes * messages / bytes, least, capacity);
  auto const window = window_.load(std::memory_order_relaxed);
  window_.store(std::min<std::uint64_t>(window * 2, most), std::memory_order_relaxed);
}

bool outbox::add(batch& b, message const& m, std::span<std::byte>& scratch) const noexcept {
  auto const front = frame_front_size(framing_, m);
  auto const body = m.body();
  bool const whole = body.size() <= copied && front + body.size() <= scratch.size();
  auto const size = whole ? front + body.size() : front;
  if (size > scratch.size() || b.count + 2 > batch::most_pieces) return false;
  // What a small piece of scratch cannot take need not wait for a larger one: bodies are written from where they are.
  if (!whole && body.size() <= copied && b.count > 0) return false;
  write_frame_front(framing_, m, scratch.data());
  if (whole && !body.empty()) std::memcpy(scratch.data() + front, body.data(), body.size());
  b.add(scratch.data(), size);
  if (!whole) b.add(body.data(), body.size());
  scratch = scratch.subspan(size);
  return true;
}

/// Up to which message those from `i` on lie behind each other as bytes.
std::uint64_t outbox::run_from(std::uint64_t i, std::uint64_t tail) const noexcept {
  auto const large_from = large_from_.load(std::memory_order_relaxed);
  auto const stop = i < large_from ? std::min(tail, large_from) : tail;
  if (held() == 0) return stop;
  auto const& here = of(i);
  while (i != stop && !here.holds(i)) ++i;
  return i;
}

void outbox::gather(batch& b, std::span<std::byte> scratch) noexcept {
  auto i = head_.load(std::memory_order_relaxed);
  auto const tail = tail_.load(std::memory_order_acquire);
  auto begin = head_begin_;
  std::size_t passed = 0;  // of the shelf's bytes
  while (i != tail && b.count + 2 <= batch::most_pieces) {
    auto const& here = of(i);
    if (i == large_from_.load(std::memory_order_relaxed)) passed = 0;
    if (here.holds(i)) {
      if (!add(b, here.message_at(i), scratch)) break;
      begin = here.end(i++);
      continue;
    }
    i = run_from(i, tail);
    auto const end = here.end(i - 1);
    for (auto const piece : here.bytes(passed, end - begin))
      if (!piece.empty()) b.add(piece.data(), piece.size());
    passed += end - begin;
    begin = end;
  }
  if (auto const skip = written_bytes_.load(std::memory_order_relaxed) - head_begin_; skip > 0) b.drop_front(skip);
}

void outbox::written(std::size_t bytes) noexcept {
  auto const total = written_bytes_.load(std::memory_order_relaxed) + bytes;
  auto i = head_.load(std::memory_order_relaxed);
  auto const tail = tail_.load(std::memory_order_acquire);
  for (; i != tail; ++i) {
    auto& here = of(i);
    auto const end = here.end(i);
    if (end > total) break;
    if (here.holds(i)) {
      here.drop_message(i);
      ++written_held_;
    } else {
      here.drop_bytes(end - head_begin_);
    }
    head_begin_ = end;
  }
  written_bytes_.store(total, std::memory_order_release);
  head_.store(i, std::memory_order_release);
}

std::size_t outbox::unconfirmed(std::uint64_t arrived) const noexcept {
  auto const tail = tail_.load(std::memory_order_acquire);
  auto const known = known_ends();
  std::size_t count = 0;
  while (count != known && end_of(tail - 1 - count) > arrived) ++count;
  if (count < known || known == tail) return count;
  // More are on their way than ends are kept of; they were as large as these, for all that is known.
  auto const oldest = end_of(tail - known);
  auto const mean = std::max<std::uint64_t>(1, (end_of(tail - 1) - oldest) / (known - 1));
  return count - 1 + static_cast<std::size_t>((oldest - arrived) / mean);
}

}  // namespace weft::stream
