// SPDX-License-Identifier: MIT
#include "files.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace weftcat {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 16;

/// \return whether all of it could be read
bool read_all(int fd, std::string& text) {
  for (;;) {
    auto const before = text.size();
    text.resize(before + chunk);
    auto const n = ::read(fd, text.data() + before, chunk);
    text.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (n == 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::string contents(std::string const& flag, std::string const& path) {
  bool const standard = path == "-";
  int const fd = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  if (fd < 0 || !read_all(fd, text)) throw CLI::ValidationError(flag, path + ": " + last_error());
  if (!standard) ::close(fd);
  return text;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto const n = ::write(fd, text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      throw std::system_error(errno, std::system_category(), "standard output");
  }
}

}  // namespace weftcat
