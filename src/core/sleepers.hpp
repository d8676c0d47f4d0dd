// SPDX-License-Identifier: MIT
#pragma once

#include "core/parker.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace weft::core {

/// The threads asleep on a socket, any of which may answer a ring.
///
/// Whoever goes to sleep first joins, then looks for rings a last time; whoever rings first leaves its mark,
/// then looks for sleepers. With both steps sequentially consistent one of the two sees the other.
class sleepers {
 public:
  void join(parker& p) {
    std::lock_guard lock(mutex_);
    asleep_.push_back(&p);
    count_.store(asleep_.size(), std::memory_order_seq_cst);
  }
  /// \return false when somebody rang for it meanwhile, and counts on it to answer
  bool leave(parker& p) noexcept {
    std::lock_guard lock(mutex_);
    if (std::erase(asleep_, &p) == 0) return false;
    count_.store(asleep_.size(), std::memory_order_seq_cst);
    return true;
  }
  bool any() const noexcept { return count_.load(std::memory_order_seq_cst) != 0; }

  /// Wakes the one asleep longest. \return false when there was none after all.
  bool wake_one() noexcept {
    wake_call wake;
    {
      std::lock_guard lock(mutex_);
      if (asleep_.empty()) return false;
      wake = asleep_.front()->notify();
      asleep_.erase(asleep_.begin());
      count_.store(asleep_.size(), std::memory_order_seq_cst);
    }
    wake();
    return true;
  }

  /// Wakes those who sleep now.
  void wake_all() noexcept {
    for (auto n = count_.load(std::memory_order_seq_cst); n > 0 && wake_one(); --n) continue;
  }

 private:
  std::mutex mutex_;
  std::vector<parker*> asleep_;  // oldest first
  std::atomic<std::size_t> count_{0};
};

}  // namespace weft::core
