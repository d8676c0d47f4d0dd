// SPDX-License-Identifier: MIT
#include "tools/run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

extern char** environ;

namespace weft::tools {

namespace {

using namespace std::chrono_literals;

constexpr int patience = 20'000;  // ms, for each sign of life

int checked(int result, char const* what) {
  if (result < 0) throw std::system_error(errno, std::system_category(), what);
  return result;
}

/// A terminal: the side of who sits there, and the program's.
std::pair<int, int> open_terminal() {
  int const ours = checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
  checked(::grantpt(ours), "grantpt");
  checked(::unlockpt(ours), "unlockpt");
  return {ours, checked(::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC), "ptsname")};
}

std::pair<int, int> open_pipe() {
  int ends[2];
  checked(::pipe2(ends, O_CLOEXEC), "pipe2");
  return {ends[0], ends[1]};
}

/// A file that holds the text, at its beginning.
int file_of(std::string const& text) {
  int const fd = checked(::memfd_create("input", MFD_CLOEXEC), "memfd_create");
  for (std::size_t done = 0; done != text.size();)
    done += static_cast<std::size_t>(
        checked(static_cast<int>(::write(fd, text.data() + done, text.size() - done)), "write"));
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

pid_t start(words all, int in, int out, int err) {
  std::vector<char*> argv;
  for (auto& w : all) argv.push_back(w.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t streams;
  ::posix_spawn_file_actions_init(&streams);
  ::posix_spawn_file_actions_adddup2(&streams, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&streams, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&streams, err, STDERR_FILENO);
  pid_t pid = -1;
  int const failed = ::posix_spawn(&pid, argv[0], &streams, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&streams);
  if (failed != 0) throw std::system_error(failed, std::system_category(), all[0]);
  return pid;
}

/// Appends what there is. \return whether there may be more
bool take(int& fd, std::string& text) {
  char some[65536];
  auto const n = ::read(fd, some, sizeof some);
  if (n > 0) text.append(some, static_cast<std::size_t>(n));
  // A terminal whose program has ended says EIO.
  if (n <= 0) ::close(std::exchange(fd, -1));
  return n > 0;
}

}  // namespace

run::run(words const& arguments, std::string const& input, place p, std::string const& program) {
  words all{program.starts_with('/') ? program : WEFT_BIN_DIR "/" + program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  auto const [ours, theirs] = p == pipes ? open_pipe() : open_terminal();
  err_ = ours;
  if (p != pipes) terminal_ = checked(::fcntl(ours, F_DUPFD_CLOEXEC, 0), "dup");
  int const in = p == all_on_terminal ? checked(::fcntl(theirs, F_DUPFD_CLOEXEC, 0), "dup") : file_of(input);
  int out = theirs;
  if (p != all_on_terminal) std::tie(out_, out) = open_pipe();
  pid_ = start(all, in, out, theirs);
  ::close(in);
  if (out != theirs) ::close(out);
  ::close(theirs);
}

run::~run() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (int const fd : {out_, err_, terminal_})
    if (fd >= 0) ::close(fd);
}

bool run::pump() {
  pollfd all[] = {{.fd = out_, .events = POLLIN, .revents = 0}, {.fd = err_, .events = POLLIN, .revents = 0}};
  if ((out_ < 0 && err_ < 0) || ::poll(all, 2, patience) <= 0) return false;
  if (all[0].revents != 0) take(out_, seen_.out);
  if (all[1].revents != 0) take(err_, seen_.err);
  return true;
}

template <class Condition>
bool run::until(Condition const& met) {
  while (!met())
    if (!pump()) return met();
  return true;
}

bool run::prints(std::string_view text) {
  return until([&] { return seen_.out.find(text) != std::string::npos; });
}

bool run::says(std::string_view text) {
  return until([&] { return seen_.err.find(text) != std::string::npos; });
}

std::string run::said_after(std::string_view begin) {
  std::size_t at = 0, end = 0;
  auto const whole = [&] {
    at = seen_.err.find(begin);
    end = at == std::string::npos ? at : seen_.err.find('\n', at);
    return end != std::string::npos;
  };
  if (!until(whole)) return {};
  auto rest = seen_.err.substr(at + begin.size(), end - at - begin.size());
  seen_.err.erase(0, end + 1);
  return rest;
}

void run::type(std::string_view keys) {
  checked(static_cast<int>(::write(terminal_, keys.data(), keys.size())), "type");
}

void run::stop_reading() { ::close(std::exchange(out_, -1)); }

void run::signal(int s) { ::kill(pid_, s); }

outcome run::end() {
  if (!until([this] { return out_ < 0 && err_ < 0; })) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  seen_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return std::move(seen_);
}

outcome ran(words const& arguments, std::string const& input) { return run(arguments, input).end(); }

}  // namespace weft::tools
