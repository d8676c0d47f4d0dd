// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace weft::interop {

/// A folder of the test's own, gone with it.
class scratch_folder {
 public:
  scratch_folder();
  scratch_folder(scratch_folder const&) = delete;
  scratch_folder& operator=(scratch_folder const&) = delete;
  ~scratch_folder();

  std::string path(std::string const& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A command line tool of nng's or nanomsg's, running; what it prints goes to a file. Killed when destroyed.
class tool {
 public:
  /// \throws std::system_error
  tool(std::string const& program, std::vector<std::string> arguments, std::string output);
  tool(tool const&) = delete;
  tool& operator=(tool const&) = delete;
  ~tool();

  std::string printed() const;
  /// Waits until it has printed something that begins so. \return whether it has, in time
  bool prints(std::string const& text) const;

 private:
  pid_t pid_ = -1;
  std::string output_;
};

bool is_installed(std::string const& program);
/// A number that no TCP port on the loopback interface has now.
unsigned free_port();

void write_file(std::string const& path, std::string const& text);

}  // namespace weft::interop
