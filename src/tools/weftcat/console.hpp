// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weftcat {

/// Words for people, as one line of this program's.
std::string as_line(std::string_view words);

/// Standard output for messages, standard error for people; there, if it is a terminal, a last line that tells how far
/// we are. Thread safety: all members.
class console {
 public:
  /// `rate`: whether there is such a line, and a summary.
  explicit console(bool rate);
  console(console const&) = delete;
  console& operator=(console const&) = delete;
  ~console();

  /// What is shown of a message, written at once. \throws std::system_error
  void show(std::string_view rendered);
  /// A line on standard error.
  void say(std::string_view line);

  void count_sent(std::size_t bytes) { sent_.count(bytes); }
  void count_received(std::size_t bytes) { received_.count(bytes); }
  std::uint64_t received() const { return received_.messages; }
  /// Ends the last line, and sums up.
  void finish();

 private:
  struct counter {
    std::atomic<std::uint64_t> messages = 0, bytes = 0;
    void count(std::size_t size) {
      ++messages;
      bytes += size;
    }
  };

  void keep_progress(std::stop_token);
  void erase_progress();
  std::string summary() const;

  bool const rate_;
  bool const both_on_terminal_;
  clock::time_point const start_ = clock::now();
  counter sent_, received_;
  std::mutex mutex_;
  std::condition_variable_any tick_;
  bool finished_ = false;
  bool inside_line_ = false;        // of a message: what is shown there is not ours to erase
  std::size_t progress_width_ = 0;  // of what stands in the last line
  std::jthread progress_;           // reads all of the above
};

}  // namespace weftcat
