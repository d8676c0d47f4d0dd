// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PAIR (version 0): one peer, both ways, whenever either likes.
///
/// *Guarantees.* Messages come in the order they were sent, none twice. There is one peer at a time: a
/// second one is refused with `busy`, and may come back when the first has gone. What was taken in from a
/// peer that is lost is kept, and comes before what the next one sends.
///
/// *May lose.* A message handed to a peer that is then lost may be lost with it: there is no reply that
/// could tell. close(linger) says how many are in doubt.
///
/// *Blocks.* send() waits while there is no peer or it has no room; receive() while there is nothing. A
/// message over the peer's limit is refused with `message_too_large`. While lost peers have left more than
/// 4096 messages, the next one is told `busy`.
struct pair {
  static constexpr std::uint16_t self = 0x10, peer = 0x10;
  static constexpr bool sends = true, receives = true, contexts = false;
  using options = no_options;

  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using pair_socket = basic_socket<pair>;

}  // namespace weft
