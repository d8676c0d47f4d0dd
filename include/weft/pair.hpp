// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PAIR (version 0): one peer, both ways, whenever either likes.
///
/// *Guarantees.* Messages come in the order they were sent, none twice. There is one peer at a time: a second one is
/// refused with `busy`, and may come back when the first has gone. What was taken in from a peer that is lost is
/// kept, and comes before what the next one sends.
///
/// *May lose.* A message handed to a peer that is then lost may be lost with it: there is no reply that could tell.
/// close(linger) says how many are in doubt, those that are still queued among them. What has been received goes
/// when a newer message comes, if the socket was asked to `conflate`.
///
/// *Blocks.* send() waits while there is no peer or it has no room, and the queue is full; receive() while there is
/// nothing. A message over the peer's limit is refused with `message_too_large`; one that has been queued is then
/// dropped as `too_large`. While lost peers have left more than 4096 messages, the next one is told `busy`.
struct pair {
  static constexpr std::uint16_t self = 0x10, peer = 0x10;
  static constexpr bool sends = true, receives = true, contexts = false;

  struct options {
    /// Messages that send() takes although the peer has no room, or is not there; the next one gets them, in order.
    /// 0 to 8192
    std::size_t send_queue = 0;
    /// Keeps the newest message only: one that was not received yet is dropped as `displaced`. Then the peer is never
    /// held back.
    bool conflate = false;
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

/// As pair, but a message is sent with the header it has: for devices.
struct raw_pair : pair {
  static constexpr bool raw = true;
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using pair_socket = basic_socket<pair>;
using raw_pair_socket = basic_socket<raw_pair>;

}  // namespace weft
