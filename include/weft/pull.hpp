// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// PULL: takes messages from its peers, one from each in turn.
///
/// *Guarantees.* The messages of one connection come in the order its peer sent them, none twice. Peers that have
/// something take turns, so one that sends much does not silence the others; those of a better priority come before all
/// others. What was taken in from a peer that is lost is kept, and comes first.
///
/// *May lose.* Nothing that arrived, until close(), which says what was discarded; unless it was asked to `conflate`.
/// What a lost peer had sent and the network had not delivered is gone.
///
/// *Blocks.* receive() waits while there is nothing. A PULL that does not receive holds back its peers after
/// `receive_window` messages each. While lost peers have left it more than 4096 messages, it accepts no new ones:
/// they are told `busy` and come back.
struct pull {
  static constexpr std::uint16_t self = 0x51, peer = 0x50;
  static constexpr bool sends = false, receives = true, contexts = false;

  struct options {
    /// Keeps the newest message only, of all peers: one that was not received yet is dropped as `displaced`. Then
    /// nobody is held back.
    bool conflate = false;
  };

  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

/// The same, for devices.
struct raw_pull : pull {
  static constexpr bool raw = true;
};

using pull_socket = basic_socket<pull>;
using raw_pull_socket = basic_socket<raw_pull>;

}  // namespace weft
