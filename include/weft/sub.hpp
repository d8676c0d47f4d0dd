// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// SUB: receives of what its peers publish what begins with one of the prefixes it has subscribed to.
///
/// Without a subscription it receives nothing, with the empty one everything. Each context has its own subscriptions
/// and its own queue; a message goes to every context that wants it, and they share its body. unsubscribe() leaves in
/// the queue what is there, wanted or not (nng takes it away).
///
/// *Guarantees.* The messages of one peer come in the order it sent them, none twice. Whether the publisher filters or
/// not, what arrives is filtered here.
///
/// *May lose.* What was published before the subscription was made, and before the peer was there. A weft publisher
/// over inproc or a fabric is told of each subscription, and sends what is published from the moment it has heard of
/// it: over a network, one way later. With `filter_at_publisher = false` it sends everything always, and a new
/// subscription catches what is on its way already. A queue that is full drops a message, the oldest or the newest,
/// unless `hold_back` is set. Each is counted; so is, as `filtered`, what no context wanted.
///
/// *Blocks.* receive() waits while there is nothing.
struct sub {
  static constexpr std::uint16_t self = 0x21, peer = 0x20;
  static constexpr bool sends = false, receives = true, contexts = true, subscribes = true;

  struct options {
    unsigned queue = 128;             ///< messages kept for receive(); 1 to 8192
    bool prefer_new = true;           ///< full: the oldest message makes room; false: the new one is dropped
    bool conflate = false;            ///< keeps only the latest message, whatever `queue` says
    bool count_duplicates = false;    ///< a prefix subscribed to twice must be unsubscribed twice
    bool hold_back = false;           ///< full: nothing is dropped, the peers wait; those that have what it wants
    bool filter_at_publisher = true;  ///< of the whole socket, whatever a context says
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
  /// A context with options of its own. \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::context> open(ext::protocol&, options const&);
};

/// SUB for a device: receives everything, and has no contexts.
struct raw_sub {
  static constexpr std::uint16_t self = 0x21, peer = 0x20;
  static constexpr bool sends = false, receives = true, contexts = false, raw = true;

  struct options {
    unsigned queue = 128;    ///< messages kept for receive(); 1 to 8192
    bool prefer_new = true;  ///< full: the oldest message makes room; false: the new one is dropped
    bool hold_back = false;  ///< full: nothing is dropped, the peers wait
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using sub_socket = basic_socket<sub>;
using sub_context = basic_context<sub>;
using raw_sub_socket = basic_socket<raw_sub>;

}  // namespace weft
