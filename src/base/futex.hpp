// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace weft::base {

/// Sleeps while the word at `address` holds `expected`: until a wake, the deadline, or for no reason at all (futex(2)).
void futex_wait(std::uint32_t const* address, std::uint32_t expected,
                std::chrono::steady_clock::time_point until) noexcept;

/// Wakes one sleeper. The word may be gone already: only its address is looked at.
void futex_wake(std::uint32_t const* address) noexcept;

}  // namespace weft::base
