// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

#include <cstddef>

namespace weft {

/// PUB: sends each message to all of its peers.
///
/// The peers choose by prefix what they receive (see sub). One that is a weft too, over inproc or a fabric, tells what
/// it wants, and is sent nothing else: docs/wire-pubsub.md. Any other is sent everything.
///
/// *Guarantees.* A peer gets the messages in the order they were sent, none twice. All peers share one body. A peer
/// that is slow or gone delays nobody, unless `when_full` is `block`.
///
/// *May lose.* What is sent while nobody is there, or nobody wants it. To a slow peer: beyond what its connection
/// holds, `queue` messages wait for it; then, by `when_full`, the oldest of them makes room (as in nng 2) or the new
/// one is lost, for that peer only. A message over a peer's limit is lost for that peer. What waits for a peer that is
/// lost, or when the socket is closed. Each is counted: by reason, and for the pipe it would have taken.
///
/// *Blocks.* Never; with `block`, send() waits while one peer's queue is full, and the deadline of the call limits
/// that. A message over the limit of every peer that wants it is refused with `message_too_large`. A peer that speaks,
/// and not about what it wants, is closed.
struct pub {
  static constexpr std::uint16_t self = 0x20, peer = 0x21;
  static constexpr bool sends = true, receives = false, contexts = false;

  enum class full {
    drop_oldest,  ///< the peer's queue keeps the newest messages
    drop_newest,  ///< the peer's queue keeps what it has
    block,        ///< send() waits for room: what a subscriber with `hold_back` has not taken is not lost
  };

  struct options {
    unsigned queue = 16;                       ///< messages that wait for each peer; 1 to 8192
    full when_full = full::drop_oldest;        ///< for each peer
    std::size_t peer_topics = 100'000;         ///< one peer may list so many prefixes; with more it is sent everything
    std::size_t peer_topic_bytes = 8'388'608;  ///< or so many bytes of them
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

/// PUB for a device: the same, for what others published.
struct raw_pub : pub {
  static constexpr bool raw = true;
};

using pub_socket = basic_socket<pub>;
using raw_pub_socket = basic_socket<raw_pub>;

}  // namespace weft
