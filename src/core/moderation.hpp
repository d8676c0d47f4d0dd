// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

namespace weft::core {

/// How often a receiver that keeps pace with its senders looks for more.
///
/// When each look finds one message, its sender must ring for each, and every ring takes cache lines to and fro: both
/// are slower than if the receiver had waited for a few. So who receives, finds nothing, and has looked a moment ago
/// lets messages gather; what network cards call interrupt moderation. Who sends in between waits for an answer, and
/// is not held up.
/// Thread safety: none; guarded by the socket's lock.
class moderation {
 public:
  // As long as it takes to make and to take some ten messages.
  static constexpr clock::duration interval = std::chrono::microseconds(1);

  void sent() noexcept { in_a_row_ = 0; }
  /// There was something.
  void looked() noexcept {
    if (++in_a_row_ > 1) next_ = clock::now() + interval;
  }
  /// Whether it is too soon for another look.
  bool holds() const noexcept { return in_a_row_ > 1 && clock::now() < next_; }
  /// When the next look is due; long ago when it is not too soon.
  clock::time_point next() const noexcept { return in_a_row_ > 1 ? next_ : clock::time_point{}; }

 private:
  unsigned in_a_row_ = 0;
  clock::time_point next_{};
};

}  // namespace weft::core
