// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PUSH: hands each message to one of its peers, in turn, and waits when none can take it.
///
/// *Guarantees.* A message goes to exactly one peer. The peers that can take one are served round robin;
/// one that is slow is passed over until it catches up, and one that joins gets its turn after the others.
///
/// *May lose.* A message handed to a peer that is then lost may be lost with it: there is no reply that
/// could tell. close(linger) says how many are in doubt. What must not be lost asks for REQ and REP.
///
/// *Blocks.* send() waits while there is no peer, or none with room. A message over the limit of every peer
/// that is ready is refused with `message_too_large`.
struct push {
  static constexpr std::uint16_t self = 0x50, peer = 0x51;
  static constexpr bool sends = true, receives = false, contexts = false;
  using options = no_options;

  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using push_socket = basic_socket<push>;

}  // namespace weft
