// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include "base/fd.hpp"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>

namespace weft::fabric {

// libfabric's manual progress has had gaps in which a wake-up was missed: no sleep is trusted for longer.
inline constexpr clock::duration longest_sleep = std::chrono::milliseconds(100);

/// The pause before the next look, where nothing tells of anything.
inline constexpr clock::duration shortest_backoff = std::chrono::microseconds(50);
inline constexpr clock::duration longest_backoff = std::chrono::milliseconds(1);
/// \param last zero for the first one
constexpr clock::duration next_backoff(clock::duration last) noexcept {
  return std::clamp(2 * last, shortest_backoff, longest_backoff);
}

/// Sleeps until one of them has something. \return whether one has
bool poll_any(std::span<pollfd>, clock::duration at_most) noexcept;

/// To be looked at by poll_any(). \param descriptor -1: never has anything
constexpr pollfd readable(int descriptor) noexcept { return {.fd = descriptor, .events = POLLIN, .revents = 0}; }

/// How one thread sleeps on somebody's descriptor, and any other wakes it. The bell is an eventfd, since fi_cq_signal
/// is lost when it comes at the wrong moment, on net and rxm.
struct sleeper {
  /// \return the reason why there is no eventfd, as libfabric would say it; 0 when there is
  long open() noexcept;

  /// \param sleep what to do unless somebody has called wake() since the last time
  template <class Sleep>
  void unless_woken(Sleep&& sleep) noexcept {
    if (lie_down()) sleep();
    get_up();
  }

  /// The two halves of that, for who sleeps over several. \return whether nobody has called wake()
  bool lie_down() noexcept {
    // Whoever wakes sets woken and then looks at asleep; here it is the other way round. One of the two sees the other.
    asleep.store(true, std::memory_order_seq_cst);
    return !woken.load(std::memory_order_seq_cst);
  }
  void get_up() noexcept {
    asleep.store(false, std::memory_order_relaxed);
    woken.exchange(false, std::memory_order_acquire);
  }

  /// Until the bell is rung, or the descriptor (-1: none) has something. \return whether the bell was rung
  bool poll(int descriptor, clock::duration at_most) noexcept;

  /// Ends the ringing, if the bell was rung. \return whether it was
  bool hush() noexcept;

  /// Ends the sleep that is, or the next one. Any thread.
  void wake() noexcept;

  base::unique_fd bell;
  alignas(64) std::atomic<bool> asleep{false};
  std::atomic<bool> woken{false};
};

}  // namespace weft::fabric
