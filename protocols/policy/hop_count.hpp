// SPDX-License-Identifier: MIT
#pragma once

#include "policy/backtrace.hpp"

// A PAIR (version 1) message has one word in front, which says how often it was sent: 1 by who made it, and one
// more by each device. mangos begins with 0. Like a stack it may come in the header or in the body.
namespace weft::policy {

inline constexpr std::uint32_t most_hops = 255;

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

}  // namespace weft::policy
