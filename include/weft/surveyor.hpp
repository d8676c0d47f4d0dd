// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// SURVEYOR: asks all of its peers at once, and gets what they answer within a time.
///
/// Each context has one survey at a time: send() starts it, each receive() gives one response, in the order they
/// come, until the survey has lasted `survey_time`. Then receive() says `timed_out`, once, and `wrong_state` after
/// that, as before the first send(). Responses that came in time can still be received before that `timed_out`.
/// Sending again gives the survey before it up: its responses are dropped, and a receive() that still waits for one
/// ends in `canceled`. A receive() that gives up itself (deadline, stop) ends the survey, so `timed_out` always
/// means that it is over. Many surveys at a time: open_context() for each, with a survey time of its own if need be.
///
/// *Guarantees.* A response goes to the context that asked, and to its survey, never to another one. All peers that
/// are there at send() are asked; one that comes later is not.
///
/// *May lose.* A survey is not sent to who has no room for it, nor sent again; a response comes once or not at all.
/// What is lost is counted: `full` when a peer, or the context, has too much waiting, `unasked` when the survey is
/// over, `no_peer` when there is nobody to ask.
///
/// *Blocks.* send() never waits. receive() waits for a response, or the end of the survey. A survey over the limit
/// of every peer is refused with `message_too_large` and changes nothing.
struct surveyor {
  static constexpr std::uint16_t self = 0x62, peer = 0x63;
  static constexpr bool sends = true, receives = true, contexts = true;

  struct options {
    clock::duration survey_time = std::chrono::seconds(1);  ///< how long responses are awaited; more than zero
    std::size_t receive_queue = 128;  ///< responses that wait for receive(), in each context; 1 to 8192
    std::size_t send_queue = 8;       ///< surveys that wait for one peer; 0 to 8192. Of the socket, not of a context
    bool keep = false;                ///< a receive() that gives up does not end the survey
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
  /// For surveys from now on, of one context.
  WEFT_API static void adjust(ext::context&, options const&);
  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::context> open(ext::protocol&, options const&);
};

using surveyor_socket = basic_socket<surveyor>;
using surveyor_context = basic_context<surveyor>;

/// SURVEYOR without its state, for devices: what is sent goes to all peers under the header it has, the last word of
/// which is an id (bit 31 set); what is received has the words it came with. There is no survey that ends.
///
/// *Guarantees.* Peers that have something take turns. What a lost peer had answered is kept, and comes first.
///
/// *May lose.* A message is not sent to who has no room for it, and counted as `full`. A peer that sends what is no
/// response is closed.
///
/// *Blocks.* send() never waits; a header without an id is refused with `malformed`. receive() waits while there is
/// nothing. While lost peers have left more than 4096 messages, the next one is told `busy`.
struct raw_surveyor {
  static constexpr std::uint16_t self = surveyor::self, peer = surveyor::peer;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;

  struct options {
    std::size_t send_queue = 16;  ///< messages that wait for one peer; 0 to 8192
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_surveyor_socket = basic_socket<raw_surveyor>;

}  // namespace weft
