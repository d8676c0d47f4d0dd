// SPDX-License-Identifier: MIT
// What a good client's round trip costs while others misbehave at the same listener: against what it costs alone.
#include "common/measure.hpp"

#include <weft/engine.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/url.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::string_view_literals;

constexpr std::size_t rounds = 7, exchanges = 2000, crowd = 1000;
constexpr auto greeting = "\0SP\0\0\x30\0\0"sv;                           // of a REQ
constexpr auto claim = "\0SP\0\0\x30\0\0\0\0\0\0\x40\0\0\0x"sv;           // 1 GiB, and one byte of it
constexpr auto request = "\0SP\0\0\x30\0\0\0\0\0\0\0\0\0\4\x80\0\0\1"sv;  // an empty one, whose answer nobody reads

class peer {
 public:
  explicit peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
      throw std::system_error(errno, std::system_category(), "connect");
  }
  peer(peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  peer& operator=(peer&&) = delete;
  ~peer() {
    if (fd_ >= 0) ::close(fd_);
  }
  void say(std::string_view bytes) const { (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Hanging up will break the connection.
  void break_off() const {
    linger const at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  int fd_;
};

/// A service and its good client.
class service {
 public:
  service() {
    port_ = *weft::url::parse(rep_.listen("tcp://127.0.0.1:0")).value().port;
    req_.dial(rep_.local_url());
    req_.wait_for_peers(1);
    answering_ = std::jthread([this] {
      std::error_code why;
      for (weft::message m = rep_.receive({}, why); !why; m = rep_.receive({}, why)) rep_.send(m, {}, why);
    });
  }
  ~service() { rep_.close(); }

  std::uint16_t port() const noexcept { return port_; }
  /// The median of its round trips, in microseconds.
  double latency() {
    std::vector<double> each;
    for (std::size_t i = 0; i != exchanges; ++i) {
      auto const begin = perf::steady::now();
      req_.send("good");
      (void)req_.receive();
      each.push_back(std::chrono::duration<double, std::micro>(perf::steady::now() - begin).count());
    }
    std::ranges::nth_element(each, each.begin() + exchanges / 2);
    return each[exchanges / 2];
  }

 private:
  weft::engine there_, here_;
  weft::rep_socket rep_{there_};
  weft::req_socket req_{here_};
  std::uint16_t port_ = 0;
  std::jthread answering_;
};

struct attack {
  std::string name;
  std::string_view says;                                             // each of a thousand
  std::function<void(std::uint16_t, std::vector<peer>&)> goes_on{};  // again and again
};

void drip(std::uint16_t, std::vector<peer>& all) {
  static std::size_t next = 0;
  all[next++ % all.size()].say("\0"sv);
  std::this_thread::sleep_for(std::chrono::microseconds(100));
}
void flood(std::uint16_t port, std::vector<peer>&) { peer(port).break_off(); }

double besieged(service& s, attack const& a) {
  std::vector<peer> all;
  for (std::size_t i = 0; i != crowd && (!a.goes_on || !a.says.empty()); ++i) {
    all.emplace_back(s.port());
    all.back().say(a.says);
  }
  std::jthread const going_on([&](std::stop_token const& stop) {
    while (a.goes_on && !stop.stop_requested()) a.goes_on(s.port(), all);
  });
  return s.latency();
}

void measure(attack const& a) {
  std::vector<double> ratios;
  service s;
  (void)s.latency();
  for (std::size_t i = 0; i != rounds; ++i) {
    double const alone = s.latency();
    ratios.push_back(besieged(s, a) / alone);
  }
  std::ranges::nth_element(ratios, ratios.begin() + rounds / 2);
  std::printf("%-52s %5.2f times its latency alone\n", a.name.c_str(), ratios[rounds / 2]);
}

}  // namespace

int main() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::max<rlim_t>(files.rlim_cur, std::min<rlim_t>(files.rlim_max, 4 * crowd));
  ::setrlimit(RLIMIT_NOFILE, &files);
  for (auto const& a :
       {attack{"a thousand that say nothing", "\0"sv}, attack{"a thousand that say a byte now and then", "\0"sv, drip},
        attack{"a thousand that greet and stay", greeting}, attack{"a thousand claims of 1 GiB", claim},
        attack{"a thousand that ask and never read", request},
        attack{"one that connects and breaks off without end", {}, flood}})
    measure(a);
}
