// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>

#include "core/parker.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>

namespace weft::core {

/// The threads asleep on a socket, any of which may answer a ring.
///
/// Whoever goes to sleep first joins, then looks for rings a last time; whoever rings first leaves its mark,
/// then looks for sleepers. With both steps sequentially consistent one of the two sees the other.
class sleepers {
 public:
  void join(parker& p) noexcept {
    std::lock_guard lock(mutex_);
    asleep_.push_back(p);
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  }
  /// \return false when somebody rang for it meanwhile, and counts on it to answer
  bool leave(parker& p) noexcept {
    std::lock_guard lock(mutex_);
    if (!p.asleep.linked()) return false;
    take(p);
    return true;
  }
  bool any() const noexcept { return count_.load(std::memory_order_seq_cst) != 0; }

  /// Wakes the one asleep longest. \return false when there was none after all.
  bool wake_one() noexcept {
    wake_call wake;
    {
      std::lock_guard lock(mutex_);
      parker* const first = asleep_.first();
      if (!first) return false;
      take(*first);
      wake = first->notify();
    }
    wake();
    return true;
  }

  /// Wakes those who sleep now.
  void wake_all() noexcept {
    for (auto n = count_.load(std::memory_order_seq_cst); n > 0 && wake_one(); --n) continue;
  }

 private:
  void take(parker& p) noexcept {
    p.asleep.unlink();
    count_.store(count_.load(std::memory_order_relaxed) - 1, std::memory_order_seq_cst);
  }

  std::mutex mutex_;
  ext::intrusive_list<parker, &parker::asleep> asleep_;  // oldest first
  std::atomic<std::size_t> count_{0};
};

}  // namespace weft::core
