// SPDX-License-Identifier: MIT
#include "core/timers.hpp"

#include <utility>

namespace weft::core {

bool timers::arm(handle& h, clock::time_point when, std::function<void()> callback) {
  disarm(h);
  auto fresh = std::make_shared<entry>();
  fresh->callback = std::move(callback);
  std::lock_guard lock(mutex_);
  fresh->place = due_.emplace(when, fresh);
  fresh->armed = true;
  h = std::move(fresh);
  return h->place == due_.begin();
}

void timers::disarm(handle& h) noexcept {
  handle const old = std::exchange(h, nullptr);
  if (!old) return;
  std::lock_guard lock(mutex_);
  if (std::exchange(old->armed, false)) due_.erase(old->place);
}

bool timers::run_due(clock::time_point now) {
  bool any = false;
  for (;;) {
    handle next;
    {
      std::lock_guard lock(mutex_);
      if (due_.empty() || due_.begin()->first > now) return any;
      next = due_.begin()->second;
      next->armed = false;
      due_.erase(due_.begin());
    }
    any = true;
    next->callback();
  }
}

clock::time_point timers::next() const noexcept {
  std::lock_guard lock(mutex_);
  return due_.empty() ? clock::time_point::max() : due_.begin()->first;
}

void timers::clear() noexcept {
  std::multimap<clock::time_point, handle> forgotten;
  std::lock_guard lock(mutex_);
  for (auto& [when, h] : due_) h->armed = false;
  forgotten.swap(due_);
}

}  // namespace weft::core
