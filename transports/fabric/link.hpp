// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/msg_endpoint.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace weft::ofi {

/// What an endpoint of a connection with path MSG is for (docs/wire-fabric.md, section 2.1).
enum class link_use : std::uint8_t { frames = 0, bulk = 1 };

/// The endpoints of one connection with path MSG.
struct link {
  std::unique_ptr<fabric::msg_endpoint> frames, bulk;
};

/// What a dialer says of itself when it connects one of them: the private data.
struct link_request {
  static constexpr std::size_t size_on_wire = 24;

  link_use use = link_use::frames;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint64_t key = 0;

  std::array<std::byte, size_on_wire> encode() const noexcept;
  /// Providers may pad what they carry. Nothing for what is no request.
  static std::optional<link_request> decode(std::span<std::byte const> data) noexcept;
};

}  // namespace weft::ofi
