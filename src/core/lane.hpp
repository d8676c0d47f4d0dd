// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>

#include "core/parker.hpp"

#include <atomic>
#include <memory>
#include <mutex>

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
    wake_first();
  }

  /// A place in the queue, left when it is destroyed. Should whoever stands there have been woken to take the turn
  /// and not have done so, the next is woken: else everybody might wait for it.
  class place {
   public:
    place(lane& l, parker& who) noexcept : lane_(l), who_(who) {
      std::lock_guard lock(l.mutex_);
      l.queue_.push_back(*this);
      l.queued_.store(true, std::memory_order_seq_cst);
    }
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place() {
      {
        std::lock_guard lock(lane_.mutex_);
        hook_.unlink();
        lane_.queued_.store(!lane_.queue_.empty(), std::memory_order_seq_cst);
      }
      if (!lane_.driven_.load(std::memory_order_seq_cst)) lane_.wake_first();
    }

   private:
    friend class lane;

    lane& lane_;
    parker& who_;
    ext::list_hook hook_;
  };

  /// Sockets with a descriptor that somebody polls, or with callbacks: it must move though nobody waits.
  void add_audience(int n) noexcept { audience_.fetch_add(n, std::memory_order_relaxed); }
  bool needs_helper() const noexcept { return audience_.load(std::memory_order_relaxed) > 0 || source_->busy(); }
  bool driven() const noexcept { return driven_.load(std::memory_order_relaxed); }
  /// Changes whenever somebody has driven it.
  unsigned turns() const noexcept { return turns_.load(std::memory_order_relaxed); }

 private:
  void wake_first() noexcept {
    if (!queued_.load(std::memory_order_seq_cst)) return;
    wake_call wake;
    {
      std::lock_guard lock(mutex_);
      if (place* const first = queue_.first()) wake = first->who_.notify();
    }
    wake();
  }

  std::shared_ptr<ext::progress_source> source_;
  std::atomic<bool> driven_{false};
  std::atomic<unsigned> turns_{0};
  std::atomic<int> audience_{0};
  std::atomic<bool> queued_{false};
  std::mutex mutex_;
  ext::intrusive_list<place, &place::hook_> queue_;  // oldest first
};

}  // namespace weft::core
