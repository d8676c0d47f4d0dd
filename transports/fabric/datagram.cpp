// SPDX-License-Identifier: MIT
#include "fabric/datagram.hpp"

#include "fabric/wire.hpp"

#include <algorithm>

namespace weft::ofi {

void datagram_header::write(std::byte* to, std::size_t body) const noexcept {
  store<std::uint8_t>(to, wire_version);
  std::ranges::copy(wire_magic, to + 1);
  store(to + 4, slot);
  store(to + 8, generation);
  store(to + 12, sequence);
  store(to + 16, key);
  store(to + 24, static_cast<std::uint32_t>(body));
}

std::optional<datagram_header> datagram_header::read(std::span<std::byte const> datagram) noexcept {
  if (datagram.size() < datagram_header_size) return {};
  auto const* const p = datagram.data();
  if (load<std::uint8_t>(p) != wire_version || !std::equal(wire_magic.begin(), wire_magic.end(), p + 1)) return {};
  // What is cut short on the way says so here.
  if (load<std::uint32_t>(p + 24) != datagram.size() - datagram_header_size) return {};
  return datagram_header{.slot = load<std::uint32_t>(p + 4),
                         .generation = load<std::uint32_t>(p + 8),
                         .key = load<std::uint64_t>(p + 16),
                         .sequence = load<std::uint32_t>(p + 12)};
}

}  // namespace weft::ofi
