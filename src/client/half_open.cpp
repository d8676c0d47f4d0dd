// SPDX-License-Identifier: MIT
#include "client/half_open.hpp"

#include <utility>
#include <vector>

namespace weft::fabric {

namespace {

/// What has become of it: connected, shut_down, failed; other while nothing has.
event::kind state_of(endpoint& e) {
  while (auto const happened = e.events()->try_read())
    if (e.is(*happened) && happened->what != event::kind::other) return happened->what;
  return event::kind::other;
}

}  // namespace

void half_open::add(std::unique_ptr<endpoint> e) {
  std::unique_ptr<endpoint> oldest;  // closed without the lock
  std::lock_guard lock(mutex_);
  all_.push_back(std::move(e));
  if (all_.size() <= most) return;
  oldest = std::move(all_.front());
  all_.pop_front();
}

std::unique_ptr<endpoint> half_open::take() {
  std::vector<std::unique_ptr<endpoint>> failed;  // closed without the lock
  std::lock_guard lock(mutex_);
  for (auto it = all_.begin(); it != all_.end();) {
    auto const state = state_of(**it);
    if (state == event::kind::other) {
      ++it;
      continue;
    }
    auto ended = std::move(*it);
    it = all_.erase(it);
    if (state == event::kind::connected) return ended;
    failed.push_back(std::move(ended));
  }
  return nullptr;
}

std::size_t half_open::size() const {
  std::lock_guard lock(mutex_);
  return all_.size();
}

}  // namespace weft::fabric
