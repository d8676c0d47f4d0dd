// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace weft::core {

/// Callbacks for points in time, soonest first.
/// Thread safety: all members. run_due() from one thread at a time, and without a lock while it calls back.
class timers {
 public:
  struct entry;
  using handle = std::shared_ptr<entry>;

  /// \return whether it is now the soonest: whoever sleeps must be told.
  bool arm(handle& h, clock::time_point when, std::function<void()> callback);
  /// After this the callback does not start again; one that runs elsewhere may still be running.
  void disarm(handle& h) noexcept;

  bool run_due(clock::time_point now);  ///< \return whether any was due
  clock::time_point next() const noexcept;
  void clear() noexcept;

 private:
  mutable std::mutex mutex_;
  std::multimap<clock::time_point, handle> due_;
};

struct timers::entry {
  std::function<void()> callback;
  std::multimap<clock::time_point, handle>::iterator place;
  bool armed = false;
};

}  // namespace weft::core
