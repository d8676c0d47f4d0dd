// SPDX-License-Identifier: MIT
#pragma once

#include "policy/backtrace.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

// A raw socket that passes requests on notes on each the pipe it came from, in front of the words that are there;
// and takes that note off the reply, which comes back with the same words.
namespace weft::policy {

/// Whether there are hops, if any, and an id behind them; `least` words or more.
inline bool leads_back(header const& words, std::size_t least) noexcept {
  auto const all = words.words();
  auto const id = std::ranges::find_if(all, [](std::uint32_t word) { return (word & id_bit) != 0; });
  return all.size() >= least && id != all.end() && id + 1 == all.end();
}

/// \pre !words.full()
inline void push_outermost(header& words, std::uint32_t word) {
  header longer;
  longer.push(word);
  for (auto const w : words.words()) longer.push(w);
  words = std::move(longer);
}

/// \pre !words.empty()
inline std::uint32_t pop_outermost(header& words) {
  auto const outermost = words.words().front();
  header shorter;
  for (auto const w : words.words().subspan(1)) shorter.push(w);
  words = std::move(shorter);
  return outermost;
}

}  // namespace weft::policy
