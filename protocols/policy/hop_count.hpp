// SPDX-License-Identifier: MIT
#pragma once

#include "policy/backtrace.hpp"
#include "policy/checked_queue.hpp"
#include "policy/limits.hpp"

#include <cstdint>

// A PAIR (version 1) message has one word in front, which says how often it was sent: 1 by who made it, and one
// more by each device. mangos begins with 0. Like a stack it may come in the header or in the body.
namespace weft::policy {

/// The check for a checked_queue.
struct hops_within {
  unsigned limit;
  backtrace operator()(message& m) const {
    auto const& words = m.header();
    if (words.empty() && !m.pull_word()) return backtrace::malformed;
    if (words.size() != 1 || words.top() > most_hops) return backtrace::malformed;
    return words.top() <= limit ? backtrace::complete : backtrace::too_long;
  }
};
using hops_queue = checked_queue<hops_within>;

/// The only word in front of a message that goes out.
inline void set_hops(header& h, std::uint32_t hops) {
  h.clear();
  h.push(hops);
}

}  // namespace weft::policy
