// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PAIR (version 1): one peer, both ways, whenever either likes; and messages that went through too many devices end.
/// It does not talk to version 0.
///
/// *Guarantees.* Messages come in the order they were sent, none twice. There is one peer at a time: a second one is
/// refused with `busy`, and may come back when the first has gone. What was taken in from a peer that is lost is kept,
/// and comes before what the next one sends.
///
/// *May lose.* A message handed to a peer that is then lost may be lost with it: there is no reply that could tell.
/// close(linger) says how many are in doubt, those that are still queued among them. One that came over more than
/// `hops` hops is dropped; a peer whose message has no hop count is closed. What has been received goes when a newer
/// message comes, if the socket was asked to `conflate`.
///
/// *Blocks.* send() waits while there is no peer or it has no room, and the queue is full; receive() while there is
/// nothing. A message over the peer's limit is refused with `message_too_large`; one that has been queued is then
/// dropped as `too_large`. While lost peers have left more than 4096 messages, the next one is told `busy`.
struct pair1 {
  static constexpr std::uint16_t self = 0x11, peer = 0x11;
  static constexpr bool sends = true, receives = true, contexts = false;

  struct options {
    unsigned hops = 8;  ///< messages that came further are dropped: they go in circles. 1 to 255
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

using pair1_socket = basic_socket<pair1>;

/// Many PAIR (version 1) peers on one socket, each of which can be spoken to by itself. (nng calls it polyamorous.)
///
/// source() of a received message names the peer; send_to() speaks to it. send() takes the peers that have room in
/// turn, wherever the message came from.
///
/// *Guarantees.* send_to() reaches the peer it names or fails: `no_peers` when it has gone, `peers_full` when it has
/// no room. The messages of one peer come in the order it sent them, none twice. Peers that have something take
/// turns. What was taken in from a peer that is lost is kept, and comes first.
///
/// *May lose.* As PAIR.
///
/// *Blocks.* send_to() never waits, and what it sends never stands in the queue. send() waits while there is no peer,
/// or none with room, and the queue is full; receive() while there is nothing. A message over the limit (of that peer;
/// of every peer that is ready) is refused with `message_too_large`.
/// While lost peers have left more than 4096 messages, new ones are told `busy`.
struct pair_hub {
  static constexpr std::uint16_t self = pair1::self, peer = pair1::peer;
  static constexpr bool sends = true, receives = true, contexts = false, directed = true;
  using options = pair1::options;

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using pair_hub_socket = basic_socket<pair_hub>;

/// PAIR (version 1) for devices: a received message has its hop count in the header, and what is sent must have one: it
/// goes out with one hop more.
///
/// *Guarantees*, *Blocks* as PAIR; send() refuses any other header with `malformed`.
///
/// *May lose.* As PAIR; a message whose count is 255 already goes no further, and is counted as `too_many_hops`.
struct raw_pair1 {
  static constexpr std::uint16_t self = pair1::self, peer = pair1::peer;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;
  using options = pair1::options;

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_pair1_socket = basic_socket<raw_pair1>;

}  // namespace weft
