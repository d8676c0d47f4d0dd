// SPDX-License-Identifier: MIT
#pragma once

#include <weft/socket.hpp>

namespace weft {

/// RESPONDENT: takes surveys from its peers, one from each in turn, and answers the one who asked, or not.
///
/// Each context has one survey at a time: receive() takes it, send() answers it. Receiving again forgets the survey
/// before it, which then has no answer from here: that is how to decline. Many at a time: receive_request(), or
/// open_context() for each; they share the queue of surveys, and who has waited longest is served first.
///
/// *Guarantees.* A response goes back the way its survey came, through all devices between, or nowhere. A send()
/// that fails (`message_too_large`: over the surveyor's limit) leaves the survey to be answered with something
/// smaller.
///
/// *May lose.* When the surveyor has gone, send() succeeds and the response is dropped; and so is one that comes when
/// its survey is over, at the surveyor. Surveys that a lost peer had asked and nobody had received are dropped with
/// it. A survey that came over more than `hops` hops is dropped; a peer that sends what is no survey is closed.
///
/// *Blocks.* receive() waits for a survey. send() waits while the surveyor's connection is busy; without a survey to
/// answer it says `wrong_state`.
struct respondent {
  static constexpr std::uint16_t self = 0x63, peer = 0x62;
  static constexpr bool sends = true, receives = true, contexts = true, replies = true;

  struct options {
    unsigned hops = 8;  ///< surveys that came further are dropped: they go in circles. 1 to 255
  };

  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
  /// `hops`, of the whole socket.
  WEFT_API static void adjust(ext::context&, options const&);
  /// For channels: each survey carries its way back.
  WEFT_API static std::unique_ptr<ext::context> open_channel(ext::protocol&);
};

using respondent_socket = basic_socket<respondent>;
using respondent_context = basic_context<respondent>;
using survey_request = basic_request<respondent>;

/// RESPONDENT without its state, for devices: a received survey has the words it came with in its header, and in front
/// of them, outermost, the id of the pipe it came from. What is sent goes to the pipe that the outermost word names,
/// without that word.
///
/// *Guarantees.* Peers that have something take turns. Any number of surveys may be open.
///
/// *May lose.* A response to who has gone or has no room is dropped, and counted as `peer_gone` or `full`. Surveys of a
/// lost peer that nobody had received, or over more than `hops` hops, are dropped; a peer that sends what is no survey
/// is closed.
///
/// *Blocks.* send() never waits; a message without such a header is refused with `malformed`, one over its receiver's
/// limit with `message_too_large`. receive() waits for a survey.
struct raw_respondent {
  static constexpr std::uint16_t self = respondent::self, peer = respondent::peer;
  static constexpr bool sends = true, receives = true, contexts = false, raw = true;

  struct options {
    unsigned hops = 8;             ///< surveys that came further are dropped. 1 to 255
    std::size_t send_queue = 128;  ///< responses that wait for one peer; 0 to 8192
  };

  /// `hops`.
  WEFT_API static void adjust(ext::context&, options const&);
  /// \throws std::system_error invalid_option
  WEFT_API static std::unique_ptr<ext::protocol> make(ext::protocol_host&, options const&);
};

using raw_respondent_socket = basic_socket<raw_respondent>;

}  // namespace weft
