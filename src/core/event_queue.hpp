// SPDX-License-Identifier: MIT
#pragma once

#include <weft/monitor.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace weft::core {

/// What a monitor has still to see; bounded, the oldest go first.
/// Thread safety: all members.
class event_queue {
 public:
  static constexpr std::size_t capacity = 1024;

  void push(monitor_event const& e) noexcept {
    std::lock_guard lock(mutex_);
    if (events_.size() == capacity) {
      events_.pop_front();
      ++overflowed_;
    }
    events_.push_back(e);
  }
  std::optional<monitor_event> pop() {
    std::lock_guard lock(mutex_);
    if (events_.empty()) return {};
    monitor_event e = std::move(events_.front());
    events_.pop_front();
    return e;
  }
  bool empty() const noexcept {
    std::lock_guard lock(mutex_);
    return events_.empty();
  }
  std::size_t overflowed() const noexcept {
    std::lock_guard lock(mutex_);
    return overflowed_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<monitor_event> events_;
  std::size_t overflowed_ = 0;
};

}  // namespace weft::core
