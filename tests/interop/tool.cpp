// SPDX-License-Identifier: MIT
#include "interop/tool.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

extern char** environ;

namespace weft::interop {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;

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
  std::error_code none;
  for (auto const end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end;) {
    if (auto const size = std::filesystem::file_size(output_, none); !none && size >= text.size())
      return printed().starts_with(text);
    std::this_thread::sleep_for(5ms);
  }
  return false;
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
