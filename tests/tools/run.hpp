// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace weft::tools {

using words = std::vector<std::string>;

/// What a program that ended has left.
struct outcome {
  int status;  ///< as a shell has it: 128 and the signal's number if one ended it
  std::string out, err;
};

/// One of the tools, running. Killed and waited for when destroyed.
class run {
 public:
  enum place { pipes, error_on_terminal, all_on_terminal };

  /// `program`: a path, or a name in bin/. What a terminal got, both streams, is in `err`. Its standard input is
  /// `input`, and then ends; with all on a terminal it is what is typed there. \throws std::system_error
  explicit run(words const& arguments, std::string const& input = "", place = pipes,
               std::string const& program = "weftcat");
  run(run const&) = delete;
  run& operator=(run const&) = delete;
  ~run();

  /// Waits until standard output (error) has this text somewhere. \return whether it has, in time
  bool prints(std::string_view text);
  bool says(std::string_view text);
  /// Waits for a line of standard error that begins so. \return the rest of it; empty when it does not come
  std::string said_after(std::string_view begin);
  void type(std::string_view keys);
  /// Nobody reads its standard output any more.
  void stop_reading();
  void signal(int);
  outcome end();

 private:
  bool pump();
  template <class Condition>
  bool until(Condition const&);

  pid_t pid_ = -1;
  int out_ = -1, err_ = -1, terminal_ = -1;
  outcome seen_{};
};

/// Runs it to its end.
outcome ran(words const& arguments, std::string const& input = "");

}  // namespace weft::tools
