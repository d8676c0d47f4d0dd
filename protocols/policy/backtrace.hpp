// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

// The words in front of a request, and of its reply, say whose it is and which way it came. On the wire, big
// endian and in the order of header().words():
//
//   hop | hop | ... | id | body        bit 31 is set in the id, and clear in each hop
//
// The requester writes the id; each device that passes a request on puts a hop in front, and takes one off
// the reply. Who answers sends back the stack that came, word for word.
//
// A transport may deliver these words in the header (fabric, inproc) or at the front of the body (byte
// streams, which cannot tell them apart). What is in the header stands in front of what is in the body.
namespace weft::policy {

inline constexpr std::uint32_t id_bit = 0x8000'0000;

enum class backtrace {
  complete,   ///< the header is the stack, its top the id; the body is the user's
  too_long,   ///< more words than allowed: the message goes in circles
  malformed,  ///< there is no id
};

/// Moves the stack of a request from the body to the header. `limit` counts words, the id included.
/// Asking again gives the same answer.
inline backtrace gather(message& request, unsigned limit) {
  auto const is_id = [](std::uint32_t word) { return (word & id_bit) != 0; };
  auto const words = request.header().words();
  if (auto const id = std::ranges::find_if(words, is_id); id != words.end()) {
    if (id + 1 != words.end()) return backtrace::malformed;  // the id ends the stack
    return words.size() <= limit ? backtrace::complete : backtrace::too_long;
  }
  while (request.header().size() < limit) {
    auto const word = request.pull_word();
    if (!word) return backtrace::malformed;
    if (is_id(*word)) return backtrace::complete;
  }
  return backtrace::too_long;
}

/// Whether the header is a stack as gather() leaves it, of `least` words or more.
inline bool is_complete(header const& h, std::size_t least = 1) noexcept {
  auto const is_id = [](std::uint32_t word) { return (word & id_bit) != 0; };
  auto const words = h.words();
  return words.size() >= least && std::ranges::find_if(words, is_id) == words.end() - 1;
}

/// Takes the id off a reply: its only word. Zero, which is nobody's id, when there is more in the header;
/// empty when there is none at all.
inline std::optional<std::uint32_t> take_id(message& reply) {
  if (reply.header().empty() && !reply.pull_word()) return {};
  std::uint32_t const id = reply.header().size() == 1 ? reply.header().top() : 0;
  reply.header().clear();
  return id;
}

}  // namespace weft::policy
