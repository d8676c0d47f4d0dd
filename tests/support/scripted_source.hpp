// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

namespace weft::test {

/// A source that hands over one piece of work at a time, and counts who drives it.
class scripted_source final : public ext::progress_source {
 public:
  void give(std::function<void()> work) {
    {
      std::lock_guard lock(mutex_);
      work_ = std::move(work);
    }
    changed_.notify_all();
  }
  bool poll() noexcept override {
    if (inside_.exchange(true)) crowded_ = true;
    std::function<void()> work;
    {
      std::lock_guard lock(mutex_);
      work.swap(work_);
    }
    if (work) work();
    inside_ = false;
    return work != nullptr;
  }
  void wait(clock::time_point until) noexcept override {
    if (inside_.exchange(true)) crowded_ = true;
    ++waits_;
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, std::min(until, clock::now() + std::chrono::seconds(10)),
                        [this] { return work_ || woken_; });
    woken_ = false;
    inside_ = false;
  }
  void wake() noexcept override {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }
  bool busy() const noexcept override { return false; }

  unsigned waits() const noexcept { return waits_; }
  bool crowded() const noexcept { return crowded_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  bool woken_ = false;
  std::atomic<bool> inside_{false};
  std::atomic<bool> crowded_{false};
  std::atomic<unsigned> waits_{0};
};

}  // namespace weft::test
