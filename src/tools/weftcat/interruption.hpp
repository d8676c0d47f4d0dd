// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace weftcat {

/// Turns SIGINT and SIGTERM into a stop: made before any other thread, so that all of them leave the signals to it.
/// Who does not end within a second of the first, or before the second, is killed by it.
class interruption {
 public:
  interruption();
  interruption(interruption const&) = delete;
  interruption& operator=(interruption const&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  /// Ends the process as the signal would have, if one came.
  void pass_on();

 private:
  void wait(std::stop_token done);

  sigset_t signals_{};
  int came_ = 0;
  std::stop_source stop_;
  std::jthread waiter_;
};

/// Ends the process as this signal does by default.
[[noreturn]] void die_of(int signal);

}  // namespace weftcat
