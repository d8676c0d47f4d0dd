// SPDX-License-Identifier: MIT
#include "stream/transcoder.hpp"

#include <weft/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace weft::stream {

namespace {

constexpr std::size_t raw_size = 64 << 10;

// So much is put into other bytes at a time.
constexpr std::size_t chunk = 64 << 10;

// Between two batches no more than so much memory is kept.
constexpr std::size_t kept = 4 << 10;

}  // namespace

// The receiver's part.

void transcoder::let_go_of_raw() noexcept {
  if (raw_) ext::drop(std::exchange(raw_, nullptr));
  raw_begin_ = raw_end_ = 0;
}

void transcoder::took_raw(std::size_t n) noexcept {
  raw_begin_ += n;
  if (raw_begin_ == raw_end_) let_go_of_raw();
}

void transcoder::begin_with(std::span<std::byte const> come) {
  if (come.empty()) return;
  raw_ = ext::allocate_block(std::max(raw_size, come.size()));
  std::memcpy(raw_->data, come.data(), come.size());
  raw_end_ = come.size();
  more_ = true;
}

/// \pre what came before has been taken
ssize_t transcoder::fetch() {
  if (broken_ != 0) {
    errno = broken_;
    return -1;
  }
  if (!raw_) raw_ = ext::allocate_block(raw_size);
  ssize_t n;
  do n = below_->receive(raw_->data, raw_size);
  while (n < 0 && errno == EINTR);
  int const error = errno;
  dry_ = n < 0 || (static_cast<std::size_t>(n) < raw_size && !below_->more());
  raw_end_ = n > 0 ? static_cast<std::size_t>(n) : 0;
  if (n <= 0) let_go_of_raw();
  // The kernel says it once.
  if (n < 0 && error != EAGAIN) broken_ = error;
  errno = error;
  return n;
}

std::size_t transcoder::decode_into(std::span<std::byte> room) {
  auto come = raw();
  auto const before = come.size();
  auto const made = decode(come, room);
  took_raw(before - come.size());
  if (over_) let_go_of_raw();
  return made;
}

ssize_t transcoder::receive(void* to, std::size_t size) noexcept try {
  std::span const room(static_cast<std::byte*>(to), size);
  std::size_t made = 0;
  dry_ = false;
  for (;;) {
    if (!over_) made += decode_into(room.subspan(made));
    more_ = over_ || made == size;
    if (more_ || (dry_ && made > 0)) break;
    auto const n = fetch();
    if (n == 0) {
      auto why = below_->fault();
      end(why.code ? std::move(why) : cut_off());
    } else if (n < 0) {
      // Any other error is told to whoever asks next.
      more_ = errno != EAGAIN;
      if (made == 0) return -1;
      break;
    }
  }
  return static_cast<ssize_t>(made);
} catch (std::bad_alloc const&) {
  errno = ENOMEM;
  return -1;
}

// The sender's part.

bool transcoder::push() noexcept {
  while (out_sent_ != out_.size() || below_->wants_to_send()) {
    batch b;
    if (out_sent_ != out_.size()) b.add(out_.data() + out_sent_, out_.size() - out_sent_);
    auto const n = below_->send(b);
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) out_sent_ += static_cast<std::size_t>(n);
    if (n >= 0 && static_cast<std::size_t>(n) == b.bytes) continue;
    if (n >= 0) errno = EAGAIN;
    unsent_.store(true, std::memory_order_release);
    return false;
  }
  if (out_.capacity() > kept) out_ = {};
  out_.clear();
  out_sent_ = 0;
  unsent_.store(false, std::memory_order_release);
  return true;
}

void transcoder::settle_debts() {
  if (owes_.exchange(false, std::memory_order_acq_rel)) encode({}, out_);
}

bool transcoder::encode_some(batch& b, std::size_t from) {
  std::size_t room = chunk;
  for (auto const& piece : b.all()) {
    auto const skipped = std::min(from, piece.iov_len);
    from -= skipped;
    auto const n = std::min(room, piece.iov_len - skipped);
    if (n > 0 && !encode({static_cast<std::byte const*>(piece.iov_base) + skipped, n}, out_)) return false;
    room -= n;
    stands_for_ += n;
    if (room == 0) break;
  }
  return true;
}

ssize_t transcoder::send(batch& b) noexcept try {
  std::size_t done = 0;
  for (;;) {
    if (!push()) return done > 0 ? static_cast<ssize_t>(done) : -1;
    done += std::exchange(stands_for_, 0);
    settle_debts();
    if (!encode_some(b, done)) {
      errno = EPIPE;
      return -1;
    }
    if (out_.empty()) return static_cast<ssize_t>(done);
  }
} catch (std::bad_alloc const&) {
  errno = ENOMEM;
  return -1;
}

bool transcoder::farewell() noexcept try {
  if (!push()) return errno != EAGAIN;
  if (!std::exchange(said_goodbye_, true)) {
    settle_debts();
    say_goodbye(out_);
  }
  return push() ? below_->farewell() : errno != EAGAIN;
} catch (std::bad_alloc const&) {
  return true;
}

}  // namespace weft::stream
