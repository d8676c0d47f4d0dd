// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// Raw REQ: passes requests of others on, and replies back, for devices. It remembers nothing of what it sent.
///
/// A request is sent with the header it has: the hops it came through, then, as the last word and the only one with
/// bit 31 set, its id. A reply is received with its whole header, hops and id, which the sender of the request, or
/// the device before this one, knows how to read.
///
/// *Guarantees.* A request goes to one peer, those that can take one are served round robin, and peers of a better
/// priority before all others. Peers that have replies take turns. Replies that were taken in from a peer that is
/// lost are kept.
///
/// *May lose.* A request handed to a peer that is then lost is not sent again: whoever asked does that. A reply
/// with more than 255 words of header is dropped as `too_many_hops`; a peer that sends what is no reply is closed.
///
/// *Blocks.* send() waits while there is no peer or none has room. A request without a proper header is refused with
/// `malformed`, one over the limit of every peer that is ready with `message_too_large`. receive() waits for a reply.
struct raw_req {
  static constexpr std::uint16_t self = 0x30, peer = 0x31;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;
  using options = no_options;

  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_req_socket = basic_socket<raw_req>;

}  // namespace weft
