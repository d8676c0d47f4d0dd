// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <system_error>

namespace weft {

/// What can go wrong, in the words of the library. Values are stable: the C API exposes them.
/// Where the standard has a word for it, a code compares equal to that std::errc condition.
enum class errc {
  would_block = 1,       ///< not now; nothing was consumed (std::errc::operation_would_block)
  closed = 2,            ///< the socket, context or pipe was closed on this side
  connection_reset = 3,  ///< the peer went away and the protocol could not recover (std::errc::connection_reset)
  timed_out = 4,         ///< the deadline passed first (std::errc::timed_out)
  canceled =
      5,  ///< a stop was requested, or a newer request took the place of this one (std::errc::operation_canceled)
  wrong_state = 6,          ///< e.g. receiving a reply before sending a request
  busy = 7,                 ///< e.g. a second peer knocking on a pair socket (std::errc::device_or_resource_busy)
  protocol_mismatch = 8,    ///< the peer speaks another protocol (std::errc::wrong_protocol_type)
  malformed = 9,            ///< the peer sent bytes the protocol cannot mean (std::errc::bad_message)
  message_too_large = 10,   ///< over the receiver's limit (std::errc::message_size)
  invalid_url = 11,         ///< (std::errc::invalid_argument)
  unknown_scheme = 12,      ///< no transport for this URL's scheme (std::errc::protocol_not_supported)
  no_provider = 13,         ///< no libfabric provider offers what was asked (std::errc::no_protocol_option)
  address_in_use = 14,      ///< (std::errc::address_in_use)
  connection_refused = 15,  ///< nobody listens there (std::errc::connection_refused)
  rejected = 16,            ///< the peer answered and declined (std::errc::connection_aborted)
  invalid_option = 17,      ///< an option outside its range (std::errc::invalid_argument)
  forked = 18,              ///< this process is a fork of the one that made the engine
  unsupported = 19,         ///< this build or this peer cannot do it (std::errc::not_supported)
  no_peers = 20,            ///< would block: nobody is connected (std::errc::operation_would_block)
  peers_full = 21,          ///< would block: no connected peer has room (std::errc::operation_would_block)
  gave_up = 22,             ///< a request was sent as often as it may be, and nobody answered (std::errc::timed_out)
  untrusted = 23,           ///< the peer's certificate is missing, or not good enough (std::errc::permission_denied)
};

/// The category of errc. One object for the whole process: categories compare by address.
WEFT_API std::error_category const& category() noexcept;

inline std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace weft

template <>
struct std::is_error_code_enum<weft::errc> : std::true_type {};
