// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace weft::ofi {

/// The first byte of everything on the wire.
inline constexpr unsigned wire_version = 1;
/// Behind it, where who speaks may be anybody.
inline constexpr std::array<std::byte, 3> wire_magic{std::byte{'W'}, std::byte{'F'}, std::byte{'T'}};

/// Integers at any address, little endian.
template <std::unsigned_integral T>
T load(std::byte const* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (std::endian::native == std::endian::big) {
    auto* bytes = reinterpret_cast<std::byte*>(&value);
    std::reverse(bytes, bytes + sizeof value);
  }
  return value;
}

template <std::unsigned_integral T>
void store(std::byte* to, T value) noexcept {
  if constexpr (std::endian::native == std::endian::big) {
    auto* bytes = reinterpret_cast<std::byte*>(&value);
    std::reverse(bytes, bytes + sizeof value);
  }
  std::memcpy(to, &value, sizeof value);
}

}  // namespace weft::ofi
