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

  explicit event_queue(monitor_options const& o = {}) noexcept : wants_drops_(o.drops) {}

  bool wants_drops() const noexcept { return wants_drops_; }

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
  bool const wants_drops_;
  mutable std::mutex mutex_;
  std::deque<monitor_event> events_;
  std::size_t overflowed_ = 0;
};

}  // namespace weft::core
