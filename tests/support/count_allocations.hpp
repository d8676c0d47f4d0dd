// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace weft::test {

/// Calls of operator new by this thread, so far.
std::size_t allocations() noexcept;

/// Bytes of the heap that are in use, by all threads (mallinfo2(3)); always 0 under a sanitizer, which looks itself.
std::size_t heap_in_use() noexcept;

}  // namespace weft::test
