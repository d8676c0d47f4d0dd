// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// A peer's address as its provider writes it: opaque bytes that travel in the handshake.
using raw_address = std::vector<std::byte>;

/// The longest address any provider has.
inline constexpr std::size_t longest_address = 256;

/// Whether the bytes can be an address of the format (fi_info::addr_format). libfabric reads as many as it
/// expects, whatever a peer has sent, so everything from outside is asked here first. `own` is an address of the same
/// provider, for the formats whose size is the provider's own.
bool is_plausible(std::uint32_t format, std::span<std::byte const> raw, std::span<std::byte const> own) noexcept;

/// Whether it is an IP address that stands for every interface (0.0.0.0 or ::).
bool is_wildcard(std::span<std::byte const> raw) noexcept;

/// The port of an IP address.
WEFT_API std::optional<std::uint16_t> port_of(std::span<std::byte const> raw) noexcept;

/// The same port at another host: what a wildcard endpoint tells the peer that reached it at `host`, which is numeric.
/// \return nothing if either is no IP address, or they are of different families
std::optional<raw_address> at_host(std::span<std::byte const> raw, std::string_view host);

}  // namespace weft::fabric
