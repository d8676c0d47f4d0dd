// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace weft::test {

/// Calls of operator new by this thread, so far.
std::size_t allocations() noexcept;

}  // namespace weft::test
