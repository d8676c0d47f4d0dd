// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>
#include <weft/ext/reactor.hpp>

#include "base/futex.hpp"

#include <atomic>
#include <cstdint>

namespace weft::core {

/// What is still to be done to wake a thread, once the locks are let go. Holds nothing of the parker's, which
/// may be gone by then.
struct wake_call {
  std::uint32_t const* address = nullptr;
  ext::progress_source* source = nullptr;

  void operator()() const noexcept {
    if (source) source->wake();
    if (address) base::futex_wake(address);
  }
};

/// Where one thread sleeps: on a futex, or inside the progress source it drives.
///
/// One word says it all: awake, notified, finished, asleep on the futex, or the address of the source it is
/// asleep in. notify() and finish() leave it by a single exchange, their last touch of this object: its
/// owner may destroy it as soon as it sees the word change.
class parker {
 public:
  /// From any thread: ends the sleep that runs, or the next one.
  [[nodiscard]] wake_call notify() noexcept { return leave(notified); }
  /// The same, and finished() from now on. Whatever the owner is to find must be written before.
  [[nodiscard]] wake_call finish() noexcept { return leave(done); }
  bool finished() const noexcept { return word_.load(std::memory_order_acquire) == done; }

  /// Sleeps until notified, finished or `until`; may return early.
  void sleep(clock::time_point until) noexcept {
    if (!settle(on_futex)) return;
    base::futex_wait(futex(), static_cast<std::uint32_t>(on_futex), until);
    wake_up(on_futex);
  }
  /// The same inside `source`, which this thread drives.
  void sleep_in(ext::progress_source& source, clock::time_point until) noexcept {
    auto const word = reinterpret_cast<std::uintptr_t>(&source);
    if (!settle(word)) return;
    source.wait(until);
    wake_up(word);
  }

  ext::list_hook asleep;  // among a socket's sleepers, which guard it

 private:
  static constexpr std::uintptr_t awake = 0, notified = 1, done = 2, on_futex = 3;

  wake_call leave(std::uintptr_t word) noexcept {
    // A finished parker stays so: a late notify must not undo it.
    auto before = word_.load(std::memory_order_relaxed);
    auto const* address = futex();
    do {
      if (before == done) return {};
    } while (!word_.compare_exchange_weak(before, word, std::memory_order_acq_rel, std::memory_order_relaxed));
    if (before == on_futex) return {.address = address};
    if (before > on_futex) return {.source = reinterpret_cast<ext::progress_source*>(before)};
    return {};
  }
  // False when a notification came first; it is used up.
  bool settle(std::uintptr_t word) noexcept {
    auto before = awake;
    if (word_.compare_exchange_strong(before, word, std::memory_order_acq_rel)) return true;
    wake_up(notified);
    return false;
  }
  void wake_up(std::uintptr_t from) noexcept {
    if (!word_.compare_exchange_strong(from, awake, std::memory_order_acq_rel) && from == notified)
      word_.compare_exchange_strong(from, awake, std::memory_order_acq_rel);
  }
  // The half of the word that differs between these few values, on a little-endian machine.
  std::uint32_t const* futex() const noexcept { return reinterpret_cast<std::uint32_t const*>(&word_); }

  std::atomic<std::uintptr_t> word_{awake};
};

}  // namespace weft::core
