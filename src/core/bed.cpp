// SPDX-License-Identifier: MIT
#include <weft/ext/bed.hpp>

#include "base/futex.hpp"

namespace weft::ext {

namespace {

constexpr std::uint32_t awake = 0, woken = 1, asleep = 2;

}  // namespace

bed::sleeper bed::mark() noexcept {
  auto const* const address = reinterpret_cast<std::uint32_t const*>(&word_);
  return word_.exchange(woken, std::memory_order_acq_rel) == asleep ? address : nullptr;
}

void bed::rouse(sleeper s) noexcept {
  if (s) base::futex_wake(s);
}

bool bed::rest(clock::time_point until) noexcept {
  auto was = awake;
  word_.compare_exchange_strong(was, asleep, std::memory_order_acq_rel);
  while (word_.load(std::memory_order_acquire) != woken && clock::now() < until)
    base::futex_wait(reinterpret_cast<std::uint32_t const*>(&word_), asleep, until);
  return word_.exchange(awake, std::memory_order_acq_rel) == woken;
}

}  // namespace weft::ext
