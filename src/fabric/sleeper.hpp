// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include "base/fd.hpp"

#include <atomic>

namespace weft::fabric {

/// How one thread sleeps on somebody's descriptor, and any other wakes it. The bell is an eventfd, since fi_cq_signal
/// is lost when it comes at the wrong moment, on net and rxm.
struct sleeper {
  /// \return the reason why there is no eventfd, as libfabric would say it; 0 when there is
  long open() noexcept;

  /// \param sleep what to do unless somebody has called wake() since the last time
  template <class Sleep>
  void unless_woken(Sleep&& sleep) noexcept {
    // Whoever wakes sets woken and then looks at asleep; here it is the other way round. One of the two sees the other.
    asleep.store(true, std::memory_order_seq_cst);
    if (!woken.load(std::memory_order_seq_cst)) sleep();
    asleep.store(false, std::memory_order_relaxed);
    woken.exchange(false, std::memory_order_acquire);
  }

  /// Until the bell is rung, or the descriptor (-1: none) has something. \return whether the bell was rung
  bool poll(int descriptor, clock::duration at_most) noexcept;

  /// Ends the sleep that is, or the next one. Any thread.
  void wake() noexcept;

  base::unique_fd bell;
  alignas(64) std::atomic<bool> asleep{false};
  std::atomic<bool> woken{false};
};

}  // namespace weft::fabric
