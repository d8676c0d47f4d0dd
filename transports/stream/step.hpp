// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "stream/channel.hpp"

#include <memory>
#include <vector>

namespace weft::stream {

/// A part of what two ends say to each other before the first message: TLS, an HTTP upgrade, SP's greeting.
/// On the loop.
class step {
 public:
  enum class wants { nothing, input, output, both };  ///< before it can go on; nothing: it is done

  virtual ~step() = default;
  /// Goes on as far as it can without waiting. May put a channel of its own on top of the one there is.
  virtual setup<wants> advance(established&) = 0;
};

using steps = std::vector<std::unique_ptr<step>>;

constexpr step::wants all_of(bool input, bool output) noexcept {
  return static_cast<step::wants>((input ? 1 : 0) + (output ? 2 : 0));
}

}  // namespace weft::stream
