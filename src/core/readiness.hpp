// SPDX-License-Identifier: MIT
#pragma once

#include "base/fd.hpp"

#include <mutex>

namespace weft::core {

/// A descriptor that is readable exactly while something is true.
/// Thread safety: all members. Cost of a change: one system call; of no change: none.
class readiness {
 public:
  bool open() const noexcept { return static_cast<bool>(fd_); }
  int make();  ///< \throws std::system_error
  int get() const noexcept { return fd_.get(); }

  /// Asks `level` and shows the answer. One at a time: of two threads that saw different answers the later
  /// one must have the last word, so the question is asked inside.
  template <class Level>
  void settle(Level&& level) noexcept {
    std::lock_guard lock(mutex_);
    bool const now = level();
    if (now != shown_) show(now);
  }

 private:
  void show(bool) noexcept;

  std::mutex mutex_;
  base::unique_fd fd_;
  bool shown_ = false;
};

}  // namespace weft::core
