// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <thread>

namespace weft::ext {

struct observation;

/// How two selects agree, when each has what the other waits for and a channel has no buffer to leave it in.
///
/// A select that waits may be claimed: another one, or a caller, then does for one of its cases what the channel would
/// have done, and it finds that when it wakes. While it tries its cases itself nobody can, so of two that try at the
/// same time neither goes first: the one whose meeting has the greater address tries again, and by then the other
/// waits.
class meeting {
 public:
  /// Before its owner tries its cases. \return false when another has committed it: to that of met()
  bool begin() noexcept {
    auto was = state_.load(std::memory_order_acquire);
    for (;;) {
      if (was == claiming) {
        std::this_thread::yield();  // only for as long as a value is moved
        was = state_.load(std::memory_order_acquire);
      } else if (was == claimed) {
        return false;
      } else if (state_.compare_exchange_weak(was, trying, std::memory_order_seq_cst)) {
        return true;
      }
    }
  }
  /// None was ready: its owner waits.
  void rest() noexcept { state_.store(waiting, std::memory_order_seq_cst); }
  /// Its owner is not there: what it offers is not to be had, and it will look by itself when it comes back.
  void leave() noexcept { state_.store(away, std::memory_order_seq_cst); }
  observation const* met() const noexcept { return place_; }

  // By others, under the lock of the channel where `place` is registered.

  enum class answer { yes, busy, no };
  /// yes: whoever asked moves the value, and then calls settle().
  answer claim(observation const& place) noexcept {
    auto was = waiting;
    if (state_.compare_exchange_strong(was, claiming, std::memory_order_seq_cst)) {
      place_ = &place;
      return answer::yes;
    }
    return was == trying ? answer::busy : answer::no;
  }
  void settle() noexcept { state_.store(claimed, std::memory_order_release); }

 private:
  enum state { away, trying, waiting, claiming, claimed };

  std::atomic<state> state_{away};
  observation const* place_ = nullptr;
};

}  // namespace weft::ext
