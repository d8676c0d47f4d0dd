// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// REP: takes requests from its peers, one from each in turn, and answers the one who asked.
///
/// Each context has one request at a time: receive() takes it, send() answers it. Receiving again forgets the request
/// before it, which then has no reply. Many requests at a time: open_context() for each, or receive_request(), whose
/// requests carry their way back and may be held, and answered in any order, from any thread. They all share the
/// queue of requests; of the contexts that wait, the one that has waited longest is served first.
///
/// *Guarantees.* A reply goes back the way its request came, through all devices between, or nowhere. A send() that
/// fails (`message_too_large`: over the requester's limit) leaves the request to be answered with something smaller.
/// Requesters of a better priority are served before all others.
///
/// *May lose.* When the requester has gone, send() succeeds and the reply is dropped as `peer_gone`: a REQ asks again
/// elsewhere. Requests that a lost peer had asked and nobody had received are dropped with it. A request that came
/// over more than `hops` hops is dropped as `too_many_hops`; a peer that sends what is no request is closed.
///
/// *Blocks.* receive() waits for a request. send() waits while the requester's connection is busy; without a request
/// to answer it says `wrong_state`.
struct rep {
  static constexpr std::uint16_t self = 0x31, peer = 0x30;
  static constexpr bool sends = true, receives = true, contexts = true, replies = true;

  struct options {
    unsigned hops = 8;  ///< requests that came further are dropped: they go in circles. 1 to 255
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
  /// `hops`, of the whole socket.
  WEFT_API static void adjust(ext::context&, options const&);
  /// For channels: each request carries its way back.
  WEFT_API static std::unique_ptr<ext::context> open_channel(ext::protocol&);
};

using rep_socket = basic_socket<rep>;
using rep_context = basic_context<rep>;
using rep_request = basic_request<rep>;

}  // namespace weft
