// SPDX-License-Identifier: MIT
#pragma once

#include "base/futex.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace weft::base {

/// What std::mutex is, for locks that every message takes: in line, and free of the kinds that pthread_mutex_t has,
/// which cost some fifty instructions for each lock and unlock.
class mutex {
 public:
  mutex() noexcept = default;
  mutex(mutex const&) = delete;
  mutex& operator=(mutex const&) = delete;

  void lock() noexcept {
    if (!try_lock()) [[unlikely]]
      wait();
  }
  bool try_lock() noexcept {
    auto expected = open;
    return word_.compare_exchange_strong(expected, locked, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    // The word may be gone as soon as it is open: its address alone is used then.
    auto const* const address = reinterpret_cast<std::uint32_t const*>(&word_);
    if (word_.exchange(open, std::memory_order_release) == awaited) [[unlikely]]
      futex_wake(address);
  }

 private:
  static constexpr std::uint32_t open = 0, locked = 1, awaited = 2;

  // Who sleeps leaves word that it does, and takes the lock with that word, for others may sleep still.
  [[gnu::noinline]] void wait() noexcept {
    while (word_.exchange(awaited, std::memory_order_acquire) != open)
      futex_wait(reinterpret_cast<std::uint32_t const*>(&word_), awaited, std::chrono::steady_clock::time_point::max());
  }

  std::atomic<std::uint32_t> word_{open};
};

}  // namespace weft::base
