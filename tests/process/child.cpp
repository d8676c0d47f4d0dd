// SPDX-License-Identifier: MIT
#include "process/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

extern char** environ;

namespace weft::process {

namespace {

using clock = std::chrono::steady_clock;

int left_until(clock::time_point end) {
  auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

void check(int code, char const* what) {
  if (code != 0) throw std::system_error(code, std::system_category(), what);
}

/// A list of strings as execve(2) wants it. The strings must outlive it.
std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (auto& s : strings) all.push_back(s.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> inherited(std::vector<std::string> more) {
  for (char** e = environ; *e; ++e) more.emplace_back(*e);
  return more;
}

}  // namespace

child::child(std::string const& program, std::vector<std::string> const& arguments,
             std::vector<std::string> const& environment, int heard) {
  auto const path = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
  std::vector<std::string> words{path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto settings = inherited(environment);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) check(errno, "pipe2");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], heard);
  int const failed =
      ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, pointers(words).data(), pointers(settings).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (failed != 0) ::close(output_);
  check(failed, path.c_str());
}

child::~child() {
  kill();
  wait();
  ::close(output_);
}

bool child::more_before(clock::time_point end) {
  pollfd p{.fd = output_, .events = POLLIN, .revents = 0};
  if (::poll(&p, 1, left_until(end)) != 1) return false;
  char some[4096];
  auto const n = ::read(output_, some, sizeof some);
  if (n > 0) read_.append(some, static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string> child::line(clock::duration within) {
  auto const end = clock::now() + within;
  while (read_.find('\n') == std::string::npos)
    if (!more_before(end)) return {};
  auto const length = read_.find('\n');
  auto found = read_.substr(0, length);
  read_.erase(0, length + 1);
  return found;
}

void child::kill(int signal) noexcept {
  if (pid_ > 0) ::kill(pid_, signal);
}

std::optional<int> child::wait(clock::duration within) {
  if (pid_ <= 0) return {};
  // It ends by closing its output: no sooner is there anything to wait for, and then not for long.
  auto const end = clock::now() + within;
  while (more_before(end)) {}
  if (clock::now() >= end) kill();
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  if (!WIFEXITED(status)) return {};
  return WEXITSTATUS(status);
}

}  // namespace weft::process
