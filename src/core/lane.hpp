// SPDX-License-Identifier: MIT
#pragma once

#include "core/parker.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace weft::core {

/// One progress source, and whose turn it is to drive it.
///
/// Exactly one thread has the turn. A thread that finds it taken queues up before it parks; whoever leaves
/// wakes the first in the queue, who tries again. Nobody is handed the turn: a thread that comes along in
/// between may take it, and then the woken one queues up anew.
class lane {
 public:
  explicit lane(std::shared_ptr<ext::progress_source> source) noexcept : source_(std::move(source)) {}

  ext::progress_source& source() noexcept { return *source_; }

  bool try_enter() noexcept {
    return !driven_.load(std::memory_order_seq_cst) && !driven_.exchange(true, std::memory_order_seq_cst);
  }
  /// \pre this thread entered
  void leave() noexcept {
    turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    driven_.store(false, std::memory_order_seq_cst);
    if (queued_.load(std::memory_order_seq_cst) != 0) wake_first();
  }

  void queue(parker& p) {
    std::lock_guard lock(mutex_);
    queue_.push_back(&p);
    queued_.store(queue_.size(), std::memory_order_seq_cst);
  }
  /// Leaves the queue; and should it have been woken to take its turn and not have done so, it wakes the next: else
  /// everybody might wait for it.
  void unqueue(parker& p) noexcept {
    {
      std::lock_guard lock(mutex_);
      std::erase(queue_, &p);
      queued_.store(queue_.size(), std::memory_order_seq_cst);
    }
    if (queued_.load(std::memory_order_seq_cst) != 0 && !driven_.load(std::memory_order_seq_cst)) wake_first();
  }

  /// Sockets with a descriptor that somebody polls, or with callbacks: it must move though nobody waits.
  void add_audience(int n) noexcept { audience_.fetch_add(n, std::memory_order_relaxed); }
  bool needs_helper() const noexcept { return audience_.load(std::memory_order_relaxed) > 0 || source_->busy(); }
  bool driven() const noexcept { return driven_.load(std::memory_order_relaxed); }
  /// Changes whenever somebody has driven it.
  unsigned turns() const noexcept { return turns_.load(std::memory_order_relaxed); }

 private:
  void wake_first() noexcept {
    wake_call wake;
    {
      std::lock_guard lock(mutex_);
      if (!queue_.empty()) wake = queue_.front()->notify();
    }
    wake();
  }

  std::shared_ptr<ext::progress_source> source_;
  std::atomic<bool> driven_{false};
  std::atomic<unsigned> turns_{0};
  std::atomic<int> audience_{0};
  std::atomic<std::size_t> queued_{0};
  std::mutex mutex_;
  std::vector<parker*> queue_;  // oldest first
};

}  // namespace weft::core
