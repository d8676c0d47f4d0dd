// SPDX-License-Identifier: MIT
// What every raw program needs beside its transport: the command line, a side channel between the two ends, reports.
// All inline, so that a raw program is its own file, this one, and at most fabric_raw.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace raw {

using steady = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

enum class role { server, client };

/// How a program waits: spinning, yielding for a moment and then blocking, or blocking at once.
enum class wait_mode { poll, adaptive, block };

inline std::map<std::string, wait_mode> const wait_modes{
    {"poll", wait_mode::poll}, {"adaptive", wait_mode::adaptive}, {"block", wait_mode::block}};

struct options {
  raw::role role{};
  std::string provider;
  std::string host;
  std::string port;
  std::size_t size = 0;
  std::size_t count = 0;
  std::string wait_name = "poll";
  std::size_t window = 64;
  bool json = false;

  wait_mode wait() const { return wait_modes.at(wait_name); }
};

inline void split_address(std::string const& address, options& chosen) {
  auto const colon = address.rfind(':');
  if (colon == std::string::npos) throw CLI::ValidationError{"address", "expected host:port"};
  chosen.host = address.substr(0, colon);
  chosen.port = address.substr(colon + 1);
  if (chosen.host.starts_with('[') && chosen.host.ends_with(']')) chosen.host = chosen.host.substr(1, colon - 2);
}

/// The options, or an exit with the usage text.
inline options parse_options(int argc, char** argv) {
  options chosen;
  std::string role_name;
  std::string address;
  CLI::App app{"A baseline for weft, without weft. Start a server and a client with the same arguments."};
  app.add_option("role", role_name, "server or client")->required()->check(CLI::IsMember({"server", "client"}));
  app.add_option("provider", chosen.provider, "libfabric provider such as net, or tcp for raw_tcp_lat")->required();
  app.add_option("address", address, "host:port of the server's side channel")->required();
  app.add_option("size", chosen.size, "bytes of a message")->required()->check(CLI::PositiveNumber);
  app.add_option("count", chosen.count, "messages, or round trips")->required()->check(CLI::Range(2, 1 << 30));
  app.add_option("--wait", chosen.wait_name, "poll, adaptive or block")->check(CLI::IsMember(wait_modes));
  app.add_option("--window", chosen.window, "messages on their way at once")->check(CLI::Range(1, 1000));
  app.add_flag("--json", chosen.json, "print one line of JSON");
  try {
    app.parse(argc, argv);
    split_address(address, chosen);
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  chosen.role = role_name == "server" ? role::server : role::client;
  return chosen;
}

/// The body of main: an exception becomes a message and exit status 1.
inline int run_program(int argc, char** argv, void (*run)(options const&)) {
  auto const chosen = parse_options(argc, argv);
  try {
    run(chosen);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}

/// Yields the processor until the budget is spent, ever longer between two looks.
class spin {
 public:
  /// False, without a yield, once the budget is spent.
  bool again() {
    if (steady::now() > end_) return false;
    for (unsigned i = 0; i < yields_; ++i) std::this_thread::yield();
    yields_ = std::min(yields_ * 2, 4U);
    return true;
  }

 private:
  /// A wake-up by the kernel costs about this much, so spinning for longer cannot win.
  static constexpr auto budget = std::chrono::microseconds{20};

  steady::time_point end_ = steady::now() + budget;
  unsigned yields_ = 1;
};

/// The result of a system call; throws if it failed.
template <class Status>
Status checked(Status status, char const* what) {
  if (status < 0) throw std::system_error{errno, std::generic_category(), what};
  return status;
}

/// A connected TCP socket. It carries addresses, start signals and results; only raw_tcp_lat measures it.
class side_channel {
 public:
  /// The server accepts one client at host:port; the client tries until the server is there.
  explicit side_channel(options const& chosen) {
    auto const address = resolve(chosen);
    fd_ = chosen.role == role::server ? accept_one(*address) : connect_patiently(*address);
    int const yes = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  side_channel(side_channel const&) = delete;
  side_channel& operator=(side_channel const&) = delete;
  ~side_channel() { close(fd_); }

  /// This end's numeric IP address.
  std::string local_host() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    checked(getsockname(fd_, generic, &size), "getsockname");
    std::array<char, NI_MAXHOST> host{};
    int const status = getnameinfo(generic, size, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST);
    if (status != 0) throw std::runtime_error{gai_strerror(status)};
    return host.data();
  }

  void write(void const* data, std::size_t size) const {
    for (auto const* at = static_cast<std::byte const*>(data); size > 0;) {
      auto const sent = checked(send(fd_, at, size, MSG_NOSIGNAL), "send");
      at += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }

  void read(void* data, std::size_t size) const {
    for (auto* at = static_cast<std::byte*>(data); size > 0;) {
      auto const got = read_some(at, size, 0);
      at += got;
      size -= got;
    }
  }

  /// What there is, at most `size`; zero only if `flags` has MSG_DONTWAIT and nothing is there.
  std::size_t read_some(void* data, std::size_t size, int flags) const {
    auto const got = recv(fd_, data, size, flags);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (checked(got, "recv") == 0) throw std::runtime_error{"the peer went away"};
    return static_cast<std::size_t>(got);
  }

  /// Sends ours, returns theirs.
  std::string exchange(std::string const& ours) const {
    auto size = static_cast<std::uint32_t>(ours.size());
    write(&size, sizeof size);
    write(ours.data(), ours.size());
    read(&size, sizeof size);
    std::string theirs(size, '\0');
    read(theirs.data(), theirs.size());
    return theirs;
  }

  /// Both ends return after both have called.
  void barrier() const { exchange({}); }

 private:
  struct free_addresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
  };

  static std::unique_ptr<addrinfo, free_addresses> resolve(options const& chosen) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int const status = getaddrinfo(chosen.host.c_str(), chosen.port.c_str(), &hints, &list);
    if (status != 0) throw std::runtime_error{chosen.host + ": " + gai_strerror(status)};
    return std::unique_ptr<addrinfo, free_addresses>{list};
  }

  static int accept_one(addrinfo const& at) {
    int const listener = checked(socket(at.ai_family, at.ai_socktype, at.ai_protocol), "socket");
    int const yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    checked(bind(listener, at.ai_addr, at.ai_addrlen), "bind");
    checked(listen(listener, 1), "listen");
    int const accepted = checked(accept(listener, nullptr, nullptr), "accept");
    close(listener);
    return accepted;
  }

  static int connect_patiently(addrinfo const& to) {
    auto const give_up = steady::now() + std::chrono::seconds{10};
    for (;;) {
      int const fd = checked(socket(to.ai_family, to.ai_socktype, to.ai_protocol), "socket");
      if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) return fd;
      int const reason = errno;
      close(fd);
      if (reason != ECONNREFUSED || steady::now() > give_up) {
        throw std::system_error{reason, std::generic_category(), "connect"};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  int fd_ = -1;
};

/// Prints the median, the 99th percentile and the mean of round trips in microseconds.
inline void report_latency(char const* tool, options const& chosen, std::vector<double> trips) {
  std::sort(trips.begin(), trips.end());
  double const p50 = trips[trips.size() / 2];
  double const p99 = trips[trips.size() * 99 / 100];
  double const mean = std::accumulate(trips.begin(), trips.end(), 0.0) / static_cast<double>(trips.size());
  char const* const format = chosen.json
                                 ? "{\"tool\":\"%s\",\"provider\":\"%s\",\"size\":%zu,\"count\":%zu,\"wait\":\"%s\","
                                   "\"p50_us\":%.2f,\"p99_us\":%.2f,\"mean_us\":%.2f}\n"
                                 : "%s %s, %zu B x %zu, wait %s: round trip p50 %.2f us, p99 %.2f us, mean %.2f us\n";
  std::printf(format, tool, chosen.provider.c_str(), chosen.size, chosen.count, chosen.wait_name.c_str(), p50, p99,
              mean);
}

/// Prints the message rate and the bandwidth, 1 MB being 10^6 bytes.
inline void report_throughput(char const* tool, options const& chosen, double messages_per_second) {
  double const megabytes = messages_per_second * static_cast<double>(chosen.size) / 1e6;
  char const* const format =
      chosen.json ? "{\"tool\":\"%s\",\"provider\":\"%s\",\"size\":%zu,\"count\":%zu,\"wait\":\"%s\",\"window\":%zu,"
                    "\"msgs_per_s\":%.0f,\"mb_per_s\":%.2f}\n"
                  : "%s %s, %zu B x %zu, wait %s, window %zu: %.0f messages/s, %.2f MB/s\n";
  std::printf(format, tool, chosen.provider.c_str(), chosen.size, chosen.count, chosen.wait_name.c_str(), chosen.window,
              messages_per_second, megabytes);
}

}  // namespace raw
