// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/attendant.hpp>
#include <weft/ext/connection.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace weft::ext {

/// The socket's doorbell, for threads that know nothing of the socket's life. Whoever rings holds it for so
/// long; when it is taken down, the last to let go drops it. Cheaper than a copy of a shared_ptr under a lock.
/// Thread safety: hang() once; ring() and take_down() from any thread, take_down() once.
class bell {
 public:
  void hang(std::shared_ptr<doorbell> d) noexcept {
    where_ = d->where();
    door_ = std::move(d);
    users_.store(1, std::memory_order_release);
  }
  void ring() noexcept {
    auto n = users_.load(std::memory_order_acquire);
    if (n == 0 || attendant::hears(where_)) return;
    do {
      if (n == 0) return;
    } while (!users_.compare_exchange_weak(n, n + 1, std::memory_order_acquire, std::memory_order_relaxed));
    door_->ring();
    let_go();
  }
  void take_down() noexcept {
    if (users_.load(std::memory_order_relaxed) != 0) let_go();
  }

 private:
  void let_go() noexcept {
    if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) auto const last = std::move(door_);
  }

  std::atomic<unsigned> users_{0};  // one for hanging there, one for each that rings
  doorbell::place where_;           // from hang() on
  std::shared_ptr<doorbell> door_;
};

}  // namespace weft::ext
