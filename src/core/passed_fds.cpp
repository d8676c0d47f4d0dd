// SPDX-License-Identifier: MIT
#include <weft/passed_fds.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace weft {

namespace {

constexpr int first_passed = 3;
constexpr int most = 1000;  // more than that is a mistake

std::string_view variable(char const* name) noexcept {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

/// -1 for what is no number.
long number_in(std::string_view text) noexcept {
  long n = -1;
  auto const [end, why] = std::from_chars(text.data(), text.data() + text.size(), n);
  return why == std::errc{} && end == text.data() + text.size() ? n : -1;
}

}  // namespace

std::vector<passed_fd> passed_fds() {
  std::vector<passed_fd> all;
  auto const count = number_in(variable("LISTEN_FDS"));
  if (count < 1 || count > most || number_in(variable("LISTEN_PID")) != ::getpid()) return all;
  auto names = variable("LISTEN_FDNAMES");
  for (int fd = first_passed; fd != first_passed + count; ++fd) {
    auto const name = names.substr(0, names.find(':'));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) all.push_back({fd, std::string(name)});
  }
  return all;
}

}  // namespace weft
