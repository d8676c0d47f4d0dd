// SPDX-License-Identifier: MIT
#pragma once

#include <weft/weft.hpp>

#include "base/fd.hpp"
#include "support/two_engines.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <string_view>

namespace weft::hostile {

using namespace std::chrono_literals;
using stream::far_end;
using test::soon;

/// What a process has of something at one moment.
inline std::size_t descriptors() {
  std::size_t n = 0;
  DIR* all = ::opendir("/proc/self/fd");
  while (::readdir(all)) ++n;
  ::closedir(all);
  return n;
}
inline std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// What a peer does that no good one would, and under which name that is counted.
struct misdeed {
  std::string name;
  fault_kind kind;
  std::string says;
  enum { stays, hangs_up, reads_and_hangs_up, resets } then = stays;
};

/// A service, a good client of it, and peers of another kind.
struct besieged : test::two_engines {
  explicit besieged(std::string const& url, listen_options const& listens = {}, dial_options const& dials = {}) {
    req.dial(rep.listen(url, listens), dials);
    talk();
  }

  far_end knock() const {
    auto const to = url::parse(rep.local_url()).value();
    return to.scheme == "ipc" ? knock_at(to.host) : knock_at(*to.port);
  }

  fault_counts faults() { return rep.statistics().endpoints.at(0).faults; }
  std::uint64_t seen(fault_kind k) { return faults().at(k); }
  std::uint64_t seen_in_tree(fault_kind k) {
    auto const tree = as_tree(rep.statistics());
    auto const* at_home = tree.find("endpoints")->find(rep.local_url());
    BOOST_TEST_REQUIRE(at_home);
    return std::get<std::uint64_t>(at_home->find("faults")->find(name_of(k))->value);
  }

  /// The good client is served, again and again, until it holds. \return whether it came to hold
  bool serves_until(std::function<bool()> const& holds) {
    for (auto const end = clock::now() + 20s; !holds(); talk())
      if (clock::now() > end) return false;
    return true;
  }

  /// One peer does that: it is counted under its name and under no other, and the good client is served meanwhile.
  void suffers(misdeed const& m) {
    BOOST_TEST_CONTEXT(m.name) {
      auto const before = faults();
      auto peer = knock();
      BOOST_TEST(peer.say(m.says));
      if (m.then == misdeed::resets || m.then == misdeed::reads_and_hangs_up) read(peer);
      if (m.then == misdeed::resets) break_off(peer);
      if (m.then != misdeed::stays) peer.hang_up();
      BOOST_TEST(serves_until([&] { return total(faults()) > total(before); }));
      auto const after = faults();
      for (std::size_t i = 0; i != fault_kinds; ++i)
        if (after.counts[i] != before.counts[i]) BOOST_TEST_INFO("counted as " << name_of(static_cast<fault_kind>(i)));
      BOOST_TEST(after.at(m.kind) == before.at(m.kind) + 1);
      BOOST_TEST(seen_in_tree(m.kind) == after.at(m.kind));
    }
  }

  /// Waits for the greeting, and reads it.
  static void read(far_end const& peer) {
    pollfd p{.fd = peer.fd(), .events = POLLIN, .revents = 0};
    BOOST_TEST_REQUIRE(::poll(&p, 1, 10'000) == 1);
    (void)peer.hear();
  }
  /// From now on hanging up breaks the connection.
  static void break_off(far_end const& peer) {
    linger const at_once{1, 0};
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  static std::uint64_t total(fault_counts const& c) {
    return std::accumulate(c.counts.begin(), c.counts.end(), std::uint64_t{0});
  }

  template <class Address>
  static far_end connected(int family, Address const& to) {
    base::unique_fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_TEST_REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0);
    return far_end(std::move(fd));
  }
  static far_end knock_at(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connected(AF_INET, to);
  }
  static far_end knock_at(std::string const& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    return connected(AF_UNIX, to);
  }
};

/// What a good client says first.
inline std::string const req_says("\0SP\0\0\x30\0\0", 8);

/// The front of a frame that announces so many bytes.
inline std::string length(std::uint64_t n) {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(n >> shift);
  return text;
}

}  // namespace weft::hostile
