// SPDX-License-Identifier: MIT
#include "base/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace weft::base {

void futex_wait(std::uint32_t const* address, std::uint32_t expected,
                std::chrono::steady_clock::time_point until) noexcept {
  // FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock, which steady_clock is here.
  timespec when{};
  timespec const* limit = nullptr;
  if (until != std::chrono::steady_clock::time_point::max()) {
    auto const ns = std::chrono::nanoseconds(until.time_since_epoch()).count();
    when.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
    when.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    limit = &when;
  }
  ::syscall(SYS_futex, address, FUTEX_WAIT_BITSET_PRIVATE, expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(std::uint32_t const* address) noexcept {
  ::syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace weft::base
