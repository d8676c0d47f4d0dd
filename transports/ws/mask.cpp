// SPDX-License-Identifier: MIT
#include "ws/mask.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace weft::ws {

void mask::lay_over(std::span<std::byte const> from, std::byte* to) noexcept {
  std::uint64_t wide;
  std::memcpy(&wide, key_.data(), 4);
  std::memcpy(reinterpret_cast<std::byte*>(&wide) + 4, key_.data(), 4);
  std::size_t i = 0;
  for (; i + 8 <= from.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, from.data() + i, 8);
    eight ^= wide;
    std::memcpy(to + i, &eight, 8);
  }
  for (std::size_t k = 0; i + k != from.size(); ++k) to[i + k] = from[i + k] ^ key_[k % 4];
  std::rotate(key_.begin(), key_.begin() + static_cast<std::ptrdiff_t>(from.size() % 4), key_.end());
}

void fill_unforeseeably(std::span<std::byte> room) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(room.data()), static_cast<int>(room.size())) == 1) return;
  std::random_device system;
  for (auto& b : room) b = static_cast<std::byte>(system());
}

mask::key mask_keys::next() noexcept {
  if (left_ == 0) {
    fill_unforeseeably(std::as_writable_bytes(std::span(keys_)));
    left_ = keys_.size();
  }
  return keys_[--left_];
}

}  // namespace weft::ws
