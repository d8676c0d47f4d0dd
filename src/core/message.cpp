// SPDX-License-Identifier: MIT
#include <weft/message.hpp>

#include <algorithm>
#include <memory>

namespace weft {

void header::grow() {
  if (size_ != in_place) return;  // on the heap already, which holds `capacity` words
  auto* words = new std::uint32_t[capacity];
  std::copy_n(words_.data(), in_place, words);
  std::memcpy(words_.data(), &words, sizeof words);
}

void header::shrink() noexcept {
  std::uint32_t* const words = heap();
  std::copy_n(words, in_place, words_.data());
  delete[] words;
}

void header::release() noexcept { delete[] heap(); }

namespace {

// A user's memory, and what to call when nobody needs it any more.
struct adopted : ext::block {
  std::function<void()> done;
};

void release_adopted(ext::block* b) noexcept {
  std::unique_ptr<adopted> const mine(static_cast<adopted*>(b));
  if (mine->done) mine->done();
}

}  // namespace

message message::adopt(std::span<std::byte> bytes, std::function<void()> release) {
  auto owner = std::make_unique<adopted>();
  owner->data = bytes.data();
  owner->capacity = bytes.size();
  owner->release = release_adopted;
  owner->done = std::move(release);
  message m;
  m.adopt_block(owner.release());
  m.size_ = bytes.size();
  return m;
}

message message::share() const {
  message m;
  m.header_ = header_.copy();
  m.source_ = source_;
  m.kind_ = kind_;
  m.block_ = block_;
  m.data_ = data_;
  m.size_ = size_;
  m.offset_ = offset_;
  if (block_)
    block_->references.fetch_add(1, std::memory_order_relaxed);
  else
    m.inline_ = inline_;
  return m;
}

message message::copy() const {
  message m(body());
  m.header_ = header_.copy();
  m.source_ = source_;
  m.kind_ = kind_;
  return m;
}

void message::append(std::span<std::byte const> bytes) {
  std::size_t const room =
      block_ ? static_cast<std::size_t>(block_->data + block_->capacity - data_) : most_inline - offset_;
  std::size_t const wanted = size_ + bytes.size();
  if (!unique() || wanted > room) {
    message wider = uninitialized(std::max(wanted, size_ * 2));
    if (size_ > 0) std::memcpy(wider.data(), data(), size_);
    if (!bytes.empty()) std::memcpy(wider.data() + size_, bytes.data(), bytes.size());
    wider.size_ = wanted;
    wider.header_ = std::move(header_);
    wider.source_ = source_;
    *this = std::move(wider);
    return;
  }
  if (!bytes.empty()) std::memcpy(data() + size_, bytes.data(), bytes.size());
  size_ = wanted;
}

void message::trim(std::size_t front) noexcept {
  size_ -= front;
  if (block_)
    data_ += front;
  else
    offset_ = static_cast<std::uint16_t>(offset_ + front);
}

}  // namespace weft
