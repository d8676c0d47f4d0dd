// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace weft {

/// The version of these headers; a test compares it with the build's.
struct version {
  static constexpr int major = 0;
  static constexpr int minor = 1;
  static constexpr int patch = 0;
  static constexpr std::string_view text = "0.1.0";
};

}  // namespace weft
