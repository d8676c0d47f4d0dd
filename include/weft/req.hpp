// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// REQ: asks one of its peers, in turn, and gets the reply to what it asked.
///
/// Each context has one request at a time: send() asks, receive() gets the answer. Sending again gives the
/// request before it up, and a receive() that still waits for its reply ends in `canceled`. A receive()
/// that gives up itself (deadline, stop) takes its request along: a reply that comes later is dropped, and
/// the next receive() needs a new send(). Many requests at a time: open_context() for each.
///
/// *Guarantees.* A reply goes to the context that asked, never to another one, whichever peer it comes from,
/// and at most once. A request is sent again, to the next peer in turn, as soon as the peer that has it is
/// lost, and every `resend` while no reply comes. A reply that comes before receive() is kept for it.
///
/// *May lose or repeat.* A request may be answered by several peers (the first reply counts), so what it
/// asks for should bear being done twice. Where it does not, `resend = {}`: it is then sent once, and a lost
/// peer ends it in `connection_reset`, once; after that, as before the first send(), receive() says
/// `wrong_state`.
///
/// *Blocks.* send() waits while no peer can take a message, and the request before it stays as it is
/// meanwhile; receive() waits for the reply. A request over the limit of every ready peer is refused with
/// `message_too_large` and changes nothing; where only such peers are left for a resend, receive() ends in it.
struct req {
  static constexpr std::uint16_t self = 0x30, peer = 0x31;
  static constexpr bool sends = true, receives = true, contexts = true;

  struct options {
    /// Resend an unanswered request this often; zero: never, and a lost peer ends the request in connection_reset.
    clock::duration resend = std::chrono::minutes(1);
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using req_socket = basic_socket<req>;
using req_context = basic_context<req>;

}  // namespace weft
