// SPDX-License-Identifier: MIT
// Thousands of peers at one listener: what they cost to set up, and to have. The peers are plain TCP sockets in a
// second process, which say what REQ says on the wire, so that they are the same for every library. Nothing of weft in
// here.
//
// A library brings a server of this shape, made after the second process:
//
//   struct server {
//     unsigned listen();                  // tcp, on 127.0.0.1, as REP. Returns the port
//     void wait_for(std::size_t peers);   // returns when so many are there
//     void answer(std::size_t requests);
//   };
#pragma once

#include "measure.hpp"

#include <CLI/CLI.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace perf {

struct crowd_options {
  std::string tool;
  std::size_t count = 10'000;
  bool json = false;
};

inline crowd_options parse_crowd(int argc, char** argv, std::string tool) {
  crowd_options o;
  o.tool = std::move(tool);
  CLI::App app{"Measures what many peers cost: to set up, and in resident memory.", o.tool};
  app.add_option("count", o.count, "Peers")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_flag("--json", o.json, "Report in one line of JSON");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  return o;
}

[[noreturn]] inline void fail(char const* what) { throw std::system_error(errno, std::system_category(), what); }

/// As many descriptors as this process may have. \throws when those are too few
inline void raise_descriptors(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted)
    throw std::runtime_error("the hard limit is " + std::to_string(limit.rlim_max) +
                             " descriptors: ask for fewer peers, or raise it");
}

inline std::size_t resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  status >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// The peers. Made before there are threads, for it forks.
class crowd {
 public:
  explicit crowd(std::size_t count) : count_(count) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
    child_ = ::fork();
    if (child_ < 0) fail("fork");
    ::close(ends[child_ == 0 ? 0 : 1]);
    told_ = ends[child_ == 0 ? 1 : 0];
    if (child_ == 0) std::_Exit(play());
  }
  crowd(crowd const&) = delete;
  crowd& operator=(crowd const&) = delete;
  ~crowd() {
    ::close(told_);
    ::waitpid(child_, nullptr, 0);
  }

  void connect_to(unsigned port) { tell(port); }
  /// Waits until all are connected.
  void wait() {
    if (hear() == 0) throw std::runtime_error("the peers failed");
  }
  /// Each asks once, and waits for its answer; wait() for the end of it.
  void ask() { tell(1); }

 private:
  static constexpr std::string_view greeting{"\0SP\0\0\x30\0\0", 8};
  static constexpr std::string_view request{"\0\0\0\0\0\0\0\x05\x80\0\0\x01?", 13};
  // So that no backlog is ever full, which would cost a second each time: nng's is 128.
  static constexpr std::size_t ahead = 100;

  void tell(std::uint32_t word) {
    if (::write(told_, &word, sizeof word) != sizeof word) fail("the peers do not listen");
  }
  std::uint32_t hear() {
    std::uint32_t word = 0;
    return ::read(told_, &word, sizeof word) == sizeof word ? word : 0;
  }

  int play() {
    try {
      raise_descriptors(count_ + 16);
      connect_all(hear());
      tell(1);
      while (hear() != 0) {
        for (int const fd : fds_) say(fd, request);
        for (int const fd : fds_) listen_for(fd, request.size());
        tell(1);
      }
      for (int const fd : fds_) ::close(fd);
      return 0;
    } catch (std::exception const& error) {
      std::fprintf(stderr, "the peers: %s\n", error.what());
      return 1;
    }
  }

  void connect_all(unsigned port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Nothing of it remains in the system for the next run.
    linger const at_once{1, 0};
    for (std::size_t i = 0; i != count_; ++i) {
      int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (fd < 0) fail("socket");
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("connect");
      say(fd, greeting);
      fds_.push_back(fd);
      if (i >= ahead) listen_for(fds_[i - ahead], greeting.size());
    }
    for (auto i = count_ - std::min(count_, ahead); i != count_; ++i) listen_for(fds_[i], greeting.size());
  }

  static void say(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("send");
  }
  static void listen_for(int fd, std::size_t bytes) {
    std::array<char, 64> heard;
    if (::recv(fd, heard.data(), bytes, MSG_WAITALL) != static_cast<ssize_t>(bytes)) fail("recv");
  }

  std::size_t count_;
  pid_t child_ = -1;
  int told_ = -1;
  std::vector<int> fds_;
};

/// The body of main.
template <class Server>
int run_connections(int argc, char** argv, std::string tool) {
  auto const o = parse_crowd(argc, argv, std::move(tool));
  options named;
  named.tool = o.tool;
  return run(named, [&] {
    crowd peers(o.count);
    raise_descriptors(o.count + 64);
    Server server;
    auto const port = server.listen();
    auto const before = resident_bytes();
    auto const begin = steady::now();
    peers.connect_to(port);
    server.wait_for(o.count);
    auto const set_up = std::chrono::duration<double, std::milli>(steady::now() - begin).count();
    peers.wait();
    auto const each = [&] { return static_cast<double>(resident_bytes() - before) / static_cast<double>(o.count); };
    auto const idle = each();
    peers.ask();
    server.answer(o.count);
    peers.wait();
    auto const format = o.json ? "{\"tool\":\"%s\",\"peers\":%zu,\"set_up_ms\":%.1f,\"bytes_each\":%.0f,"
                                 "\"bytes_each_when_answered\":%.0f}\n"
                               : "%s: %zu peers in %.1f ms; resident bytes for each: %.0f idle, %.0f when it has been "
                                 "answered\n";
    std::printf(format, o.tool.c_str(), o.count, set_up, idle, each());
  });
}

}  // namespace perf
