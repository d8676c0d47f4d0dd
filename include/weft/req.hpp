// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// When a REQ sends an unanswered request again, and when it gives it up.
struct resend_policy {
  /// The pause after the first transmission. Zero: it is sent once, and neither time nor a lost peer changes that.
  clock::duration every = std::chrono::minutes(1);
  unsigned tries = 0;  ///< transmissions, the first and those after a loss included; 0: any number
  double backoff = 1;  ///< each pause is so many times the one before; 1 or more
  clock::duration longest = clock::duration::max();  ///< pause, however often `backoff` was applied

  static resend_policy const never;
};

inline constexpr resend_policy resend_policy::never{.every = clock::duration::zero(), .tries = 1};

/// REQ: asks one of its peers, in turn, and gets the reply to what it asked.
///
/// Each context has one request at a time: send() asks, receive() gets the answer. Sending again gives the request
/// before it up, and a receive() that still waits for its reply ends in `canceled`. A receive() that gives up itself
/// (deadline, stop) takes its request along: a reply that comes later is dropped, and the next receive() needs a new
/// send(). Many requests at a time: open_context() for each, with a resend policy of its own if it likes.
///
/// *Guarantees.* A reply goes to the context that asked, never to another one, whichever peer it comes from, and at
/// most once: a second one, or one that comes too late, is dropped as `unasked`. A request is sent again, to the next
/// peer in turn, as soon as the peer that has it is lost, and as often as `resend` says while no reply comes. A reply
/// that comes before receive() is kept for it. A request that is given up ends in an error: `gave_up` when the last
/// try has had its time, or its peer is lost.
///
/// *May lose or repeat.* A request may be answered by several peers (the first reply counts), so what it asks for
/// should bear being done twice. Where it does not, `resend = resend_policy::never`: it is then sent once, and a lost
/// peer ends it in `connection_reset`. After either error, as before the first send(), receive() says `wrong_state`.
///
/// *Blocks.* send() waits while no peer can take a message, and the request before it stays as it is meanwhile;
/// receive() waits for the reply. A request over the limit of every ready peer is refused with `message_too_large`
/// and changes nothing; where only such peers are left for a resend, receive() ends in it.
struct req {
  static constexpr std::uint16_t self = 0x30, peer = 0x31;
  static constexpr bool sends = true, receives = true, contexts = true;

  struct options {
    resend_policy resend = {};
    bool early = false;  ///< send() takes a request though no peer can have it yet: it goes to the first that can
    bool keep = false;   ///< a receive() that gives up leaves its request as it is, for the next receive()
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
  /// For requests from now on, of one context.
  WEFT_API static void adjust(ext::context&, options const&);
  /// A context with options of its own. \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::context> open(ext::protocol&, options const&);
};

using req_socket = basic_socket<req>;
using req_context = basic_context<req>;

}  // namespace weft
