// SPDX-License-Identifier: MIT
#include "interop/tool.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

extern char** environ;

namespace weft::interop {

namespace {

using namespace std::chrono_literals;

using clock = std::chrono::steady_clock;

constexpr auto patience = 20s;

/// Tells when something is written to a file.
class growth {
 public:
  explicit growth(std::string const& path) : fd_(::inotify_init1(IN_CLOEXEC)) {
    if (fd_ < 0 || ::inotify_add_watch(fd_, path.c_str(), IN_MODIFY) < 0)
      throw std::system_error(errno, std::system_category(), path);
  }
  growth(growth const&) = delete;
  growth& operator=(growth const&) = delete;
  ~growth() { ::close(fd_); }

  bool seen_before(clock::time_point end) const {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock::now()).count();
    pollfd p{.fd = fd_, .events = POLLIN, .revents = 0};
    char events[4096];
    return ::poll(&p, 1, static_cast<int>(std::max<std::int64_t>(0, left))) == 1 &&
           ::read(fd_, events, sizeof events) > 0;
  }

 private:
  int fd_;
};

std::string read_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

scratch_folder::scratch_folder() {
  char name[] = "/tmp/weft-interop-XXXXXX";
  if (!::mkdtemp(name)) throw std::system_error(errno, std::system_category(), "mkdtemp");
  path_ = name;
}

scratch_folder::~scratch_folder() { std::filesystem::remove_all(path_); }

tool::tool(std::string const& program, std::vector<std::string> arguments, std::string output)
    : output_(std::move(output)) {
  arguments.insert(arguments.begin(), program);
  std::vector<char*> words;
  for (auto& a : arguments) words.push_back(a.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int const failed = ::posix_spawnp(&pid_, program.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::system_error(failed, std::system_category(), program);
}

tool::~tool() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string tool::printed() const { return read_file(output_); }

bool tool::prints(std::string const& text) const {
  growth const output(output_);
  for (auto const end = clock::now() + patience; std::filesystem::file_size(output_) < text.size();)
    if (!output.seen_before(end)) return false;
  return printed().starts_with(text);
}

bool is_installed(std::string const& program) {
  std::istringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

unsigned free_port() {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof a;
  bool const bound = ::bind(fd, reinterpret_cast<sockaddr*>(&a), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) == 0;
  ::close(fd);
  if (!bound) throw std::system_error(errno, std::system_category(), "bind");
  return ntohs(a.sin_port);
}

void write_file(std::string const& path, std::string const& text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace weft::interop
