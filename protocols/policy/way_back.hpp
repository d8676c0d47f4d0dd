// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <cstdint>
#include <optional>
#include <utility>

// A raw socket that passes requests on notes on each the pipe it came from, in front of the words that are there;
// and takes that note off the reply, which comes back with the same words.
namespace weft::policy {

/// \pre !words.full()
inline void push_outermost(header& words, std::uint32_t word) {
  header longer;
  longer.push(word);
  for (auto const w : words.words()) longer.push(w);
  words = std::move(longer);
}

/// Empty when there is none.
inline std::optional<std::uint32_t> pop_outermost(header& words) {
  if (words.empty()) return {};
  auto const outermost = words.words().front();
  header shorter;
  for (auto const w : words.words().subspan(1)) shorter.push(w);
  words = std::move(shorter);
  return outermost;
}

}  // namespace weft::policy
