// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// Raw REP: takes requests that others are to answer, and sends the replies, for devices. It remembers nothing of
/// what it received.
///
/// A request is received with its whole header, and in front of that, as the outermost hop, the pipe it came from. A
/// reply is sent with such a header: the first word says which pipe it goes to, and stays here.
///
/// *Guarantees.* A reply goes to the peer its first word names, or nowhere. Peers that have requests take turns, and
/// those of a better priority come before all others.
///
/// *May lose.* A reply to a peer that has gone is dropped as `peer_gone`, and so are those that still waited for it. A
/// peer that does not take its replies has `send_queue` of them wait; what comes on top is dropped as `full`. A
/// request that came over more than `hops` hops is dropped as `too_many_hops`; a peer that sends what is no request is
/// closed.
///
/// *Blocks.* receive() waits for a request. send() never waits, so that a slow peer holds up nobody else. A reply
/// without a proper header is refused with `malformed`, one over its peer's limit with `message_too_large`.
struct raw_rep {
  static constexpr std::uint16_t self = 0x31, peer = 0x30;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;

  struct options {
    unsigned hops = 8;            ///< requests that came further are dropped: they go in circles. 1 to 255
    std::size_t send_queue = 64;  ///< replies that may wait for each peer. 0 to 8192
  };

  /// `hops`.
  WEFT_API static void adjust(ext::context&, options const&);
  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_rep_socket = basic_socket<raw_rep>;

}  // namespace weft
