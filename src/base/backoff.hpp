// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace weft::base {

/// Pauses between tries: each about twice the one before, up to a limit, and none the same as its
/// neighbour's, so that a thousand clients of one dead server do not come back as one.
class backoff {
 public:
  using duration = std::chrono::steady_clock::duration;

  backoff(duration least, duration most, std::uint64_t seed) noexcept
      : least_(std::max(least, duration(1))), most_(std::max(most, least_)), next_(least_), random_(seed) {}

  /// Between half of the pause that is due and the whole of it.
  duration next() noexcept {
    auto const whole = next_;
    next_ = next_ > most_ / 2 ? most_ : next_ * 2;
    std::uniform_int_distribution<duration::rep> pick(whole.count() / 2, whole.count());
    return duration(pick(random_));
  }
  void reset() noexcept { next_ = least_; }

 private:
  duration least_;
  duration most_;
  duration next_;
  std::minstd_rand random_;
};

}  // namespace weft::base
