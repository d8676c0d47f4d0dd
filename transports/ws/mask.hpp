// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::ws {

/// Four bytes that are laid over a payload again and again.
class mask {
 public:
  using key = std::array<std::byte, 4>;

  mask() noexcept = default;
  explicit mask(key k) noexcept : key_(k) {}

  /// The next bytes of the payload.
  void lay_over(std::span<std::byte const> from, std::byte* to) noexcept;

 private:
  key key_{};
};

/// Bytes that nobody can foresee, from OpenSSL or, where it has none, from the system.
void fill_unforeseeably(std::span<std::byte>);

/// Keys that nobody can foresee, as RFC 6455 demands: else a web page could choose what bytes a client writes.
class mask_keys {
 public:
  mask::key next() noexcept;

 private:
  std::array<mask::key, 64> keys_;
  std::size_t left_ = 0;
};

}  // namespace weft::ws
