// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft {

/// What kind of thing ended a connection that should not have ended so, or kept one from being made.
/// Values are stable: the C API exposes them.
enum class fault_kind : std::uint8_t {
  none,              ///< none of these
  not_sp,            ///< the peer began with other bytes than a greeting of SP
  wrong_protocol,    ///< it speaks another protocol of SP's
  reserved_bytes,    ///< it set bytes of its greeting that must be zero
  silent,            ///< it did not finish the handshake in time
  left_early,        ///< it hung up during the handshake
  bad_frame,         ///< a frame began with no mark that there is
  too_large,         ///< it announced a message over the limit
  truncated,         ///< it hung up inside a message, or without the goodbye that TLS demands
  reset,             ///< the connection broke between messages
  reset_in_message,  ///< the connection broke inside a message
  upgrade,           ///< it asked for WebSocket in a way that cannot be granted, or did not grant it
  ws_mask,           ///< a WebSocket client did not mask a frame, or a server did
  ws_length,         ///< a WebSocket frame's length is impossible, or longer than it must be
  ws_order,          ///< parts of WebSocket messages came in the wrong order
  ws_control,        ///< a ping, pong or close that is none
  ws_text,           ///< a WebSocket message of text
  ws_opcode,         ///< bits or a kind of a WebSocket frame that mean nothing
  tls,               ///< it broke the rules of TLS, or declined
  tls_flood,         ///< it demanded more answers of TLS than it would read
  untrusted,         ///< its certificate is missing, or not good enough
  no_descriptors,    ///< nobody's fault: this process, or the system, had no room to accept it at once
};
inline constexpr std::size_t fault_kinds = 22;

/// How often each happened.
struct fault_counts {
  std::array<std::uint64_t, fault_kinds> counts{};

  std::uint64_t& at(fault_kind k) noexcept { return counts[static_cast<std::size_t>(k)]; }
  std::uint64_t at(fault_kind k) const noexcept { return counts[static_cast<std::size_t>(k)]; }
};

/// The names that the tree of statistics uses, which do not change.
WEFT_API std::string_view name_of(fault_kind) noexcept;

}  // namespace weft
