// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace weft::process {

/// A program from the folder of this one, running. Killed and waited for when destroyed.
class child {
 public:
  /// `heard`: the stream that line() reads. \throws std::system_error
  explicit child(std::string const& program, std::vector<std::string> const& arguments = {},
                 std::vector<std::string> const& environment = {}, int heard = STDOUT_FILENO);
  child(child const&) = delete;
  child& operator=(child const&) = delete;
  ~child();

  /// The next line it writes; nothing when it ended, or took too long.
  std::optional<std::string> line(std::chrono::steady_clock::duration within = std::chrono::seconds(20));
  void kill(int signal = SIGKILL) noexcept;
  /// What it returned; nothing when a signal ended it, or it took too long and was killed.
  std::optional<int> wait(std::chrono::steady_clock::duration within = std::chrono::seconds(20));

 private:
  bool more_before(std::chrono::steady_clock::time_point);

  pid_t pid_ = -1;
  int output_ = -1;
  std::string read_;
};

}  // namespace weft::process
