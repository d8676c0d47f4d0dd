// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weft::hygiene {

/// Where a function's body opens, and how many lines further down it closes.
struct function_size {
  std::size_t line;
  std::size_t lines;
};

/// The functions of a file, found by counting braces. Right for code that clang-format has been over.
std::vector<function_size> functions_in(std::string_view text);

}  // namespace weft::hygiene
