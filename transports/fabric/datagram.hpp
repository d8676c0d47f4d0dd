// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weft::ofi {

inline constexpr std::size_t datagram_header_size = 28;

/// What stands in front of the body in a datagram (docs/wire-fabric.md, section 9).
struct datagram_header {
  std::uint32_t slot = 0;  // the receiver's, and so are these two
  std::uint32_t generation = 0;
  std::uint64_t key = 0;
  std::uint32_t sequence = 0;

  /// \param body its size
  void write(std::byte* to, std::size_t body) const noexcept;
  /// Nothing for what is no datagram of weft's, or not all of one. Anybody can send those.
  static std::optional<datagram_header> read(std::span<std::byte const> datagram) noexcept;
};

}  // namespace weft::ofi
