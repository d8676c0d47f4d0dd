// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include <chrono>

namespace weft::test {

/// Time enough for anything that ends at all, on a busy machine too.
inline op_options soon() { return {.until = std::chrono::seconds(10)}; }

}  // namespace weft::test
