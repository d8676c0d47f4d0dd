// SPDX-License-Identifier: MIT
#include "fabric/link.hpp"

#include "fabric/wire.hpp"

#include <algorithm>

namespace weft::ofi {

std::array<std::byte, link_request::size_on_wire> link_request::encode() const noexcept {
  std::array<std::byte, size_on_wire> data{};
  auto* const p = data.data();
  store<std::uint8_t>(p, wire_version);
  std::ranges::copy(wire_magic, p + 1);
  store(p + 4, static_cast<std::uint8_t>(use));
  store(p + 8, slot);
  store(p + 12, generation);
  store(p + 16, key);
  return data;
}

std::optional<link_request> link_request::decode(std::span<std::byte const> data) noexcept {
  if (data.size() < size_on_wire) return {};
  auto const* const p = data.data();
  auto const use = load<std::uint8_t>(p + 4);
  if (load<std::uint8_t>(p) != wire_version || !std::equal(wire_magic.begin(), wire_magic.end(), p + 1)) return {};
  if (use > static_cast<std::uint8_t>(link_use::bulk) || p[5] != std::byte{} || load<std::uint16_t>(p + 6) != 0)
    return {};
  return link_request{static_cast<link_use>(use), load<std::uint32_t>(p + 8), load<std::uint32_t>(p + 12),
                      load<std::uint64_t>(p + 16)};
}

}  // namespace weft::ofi
