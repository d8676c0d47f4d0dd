// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace weft::fuzz {

/// Runs a target on its corpus, and on thousands of inputs that grow out of it: always the same ones.
void play(std::string_view target);

}  // namespace weft::fuzz
