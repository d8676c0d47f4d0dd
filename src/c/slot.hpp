// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace weft::c {

/// A place for what goes by a number. Calls count themselves in before they look whether it is open, so that who shuts
/// it knows when the last of them has left.
template <class T>
struct alignas(64) slot {
  static constexpr std::uint32_t open = 1u << 31;
  static constexpr std::uint32_t condemned = 1u << 30;  // shut, and not empty yet

  std::atomic<std::uint32_t> state{0};  // the two above, and how many hold it
  T* what = nullptr;                    // written while it is not open and nobody holds it

  /// \return null when it is not open
  T* hold() noexcept {
    if (state.fetch_add(1, std::memory_order_acquire) & open) return what;
    return nullptr;
  }
  /// After hold(), whatever that returned. \return whether this was the last to leave one that is shut: then it is
  /// empty, and the caller's.
  bool release() noexcept {
    if (state.fetch_sub(1, std::memory_order_acq_rel) != condemned + 1) return false;
    auto last = condemned;
    return state.compare_exchange_strong(last, 0, std::memory_order_acq_rel);
  }
  void publish() noexcept { state.fetch_or(open, std::memory_order_release); }
  /// \pre the caller holds it. \return whether it was open
  bool shut() noexcept {
    auto now = state.load(std::memory_order_relaxed);
    do {
      if (!(now & open)) return false;
    } while (!state.compare_exchange_weak(now, now - open + condemned, std::memory_order_acq_rel));
    return true;
  }
};

}  // namespace weft::c
