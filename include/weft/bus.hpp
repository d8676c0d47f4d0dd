// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// BUS: says everything to all of its peers, and hears what each of them says.
///
/// Nothing is passed on: for all to hear all, each must be connected to each other, or to a device between.
///
/// *Guarantees.* The messages of one peer come in the order it sent them, none twice. Peers that have something take
/// turns, and one that sends much takes no room from the others. What was taken in from a peer that is lost is kept,
/// and comes first.
///
/// *May lose.* A message is dropped for a peer that has too much waiting, and an arriving one when too many of its
/// peer wait for receive(): both are counted as `full`. One that is sent while nobody is there is counted as
/// `no_peer`, one over the limit of a peer as `too_large` for that peer.
///
/// *Blocks.* send() never waits; a message over the limit of every peer is refused with `message_too_large`. receive()
/// waits while there is nothing. While lost peers have left more than 4096 messages, the next one is told `busy`.
struct bus {
  static constexpr std::uint16_t self = 0x70, peer = 0x70;
  static constexpr bool sends = true, receives = true, contexts = false;

  struct options {
    std::size_t send_queue = 16;  ///< messages that wait for one peer, besides those its connection takes; 0 to 8192
    std::size_t receive_queue =
        16;  ///< messages of one peer that wait for receive(); a newer one is dropped. 1 to 8192
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using bus_socket = basic_socket<bus>;

/// BUS for devices: the header of a received message names the pipe it came from, and a message that is sent with this
/// header goes to all the others. Nothing of it is on the wire.
///
/// The last word is the pipe's id; the one before it stands for the socket, so that a device may send the message on
/// through another socket as it is: there it goes to everybody. A header of one word names a pipe of this socket.
///
/// *Guarantees*, *May lose*, *Blocks* as BUS; what only its own sender could have is counted as `no_peer`.
struct raw_bus {
  static constexpr std::uint16_t self = bus::self, peer = bus::peer;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;
  using options = bus::options;

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_bus_socket = basic_socket<raw_bus>;

}  // namespace weft
