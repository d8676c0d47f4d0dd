// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PUSH: hands each message to one of its peers, in turn, and waits when none can take it.
///
/// *Guarantees.* A message goes to exactly one peer. The peers that can take one are served round robin; one that is
/// slow is passed over until it catches up, and one that joins gets its turn after the others. Peers of a better
/// priority are served before all others, for as long as one of them can take a message.
///
/// *May lose.* A message handed to a peer that is then lost may be lost with it: there is no reply that could tell.
/// close(linger) says how many are in doubt, those that are still queued among them. What must not be lost asks for
/// REQ and REP. What a peer says to a PUSH is dropped as `unasked`.
///
/// *Blocks.* send() waits while there is no peer, or none with room, and the queue is full. A message over the limit
/// of every peer that is ready is refused with `message_too_large`; one that has been queued is then dropped as
/// `too_large`.
struct push {
  static constexpr std::uint16_t self = 0x50, peer = 0x51;
  static constexpr bool sends = true, receives = false, contexts = false;

  struct options {
    /// Messages that send() takes although no peer has room, or none is there; they go out in order. 0 to 8192
    std::size_t send_queue = 0;
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

/// As push, but a message is sent with the header it has: for devices.
struct raw_push : push {
  static constexpr bool raw = true;
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using push_socket = basic_socket<push>;
using raw_push_socket = basic_socket<raw_push>;

}  // namespace weft
