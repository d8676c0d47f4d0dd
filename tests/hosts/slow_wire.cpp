// SPDX-License-Identifier: MIT
#include "hosts/slow_wire.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <random>
#include <system_error>
#include <vector>

namespace weft::hosts {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t largest_packet = 65'535;

/// A tunnel device's end for programs: what is sent through the device is read here, and what is written arrives.
int open_tunnel(host const& at, std::string const& last) {
  host::stay const there(at);
  int const fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ifreq wanted{};
  std::strcpy(wanted.ifr_name, "slow");
  wanted.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (fd < 0 || ::ioctl(fd, TUNSETIFF, &wanted) != 0) throw std::system_error(errno, std::system_category(), "tun");
  at.run("ip addr add 10.77.3." + last + "/24 dev slow");
  at.run("ip link set slow up");
  return fd;
}

/// Packets under way in one direction.
class way {
 public:
  way(int from, int to, wire_quality const& q) : from_(from), to_(to), quality_(q), dice_(q.seed) {}

  int from() const noexcept { return from_; }

  void take_in(clock::time_point now) {
    std::vector<std::byte> packet(largest_packet);
    for (;;) {
      auto const got = ::read(from_, packet.data(), packet.size());
      if (got <= 0) return;
      if (happens_to(quality_.percent_lost)) continue;
      auto const due = now + quality_.delay * (happens_to(quality_.percent_overtaken) ? 2 : 1);
      under_way_.emplace(due, std::vector(packet.begin(), packet.begin() + got));
    }
  }

  void put_out(clock::time_point now) {
    for (; next() <= now; under_way_.erase(under_way_.begin())) {
      auto const& packet = under_way_.begin()->second;
      (void)!::write(to_, packet.data(), packet.size());
    }
  }

  clock::time_point next() const noexcept {
    return under_way_.empty() ? clock::time_point::max() : under_way_.begin()->first;
  }

 private:
  bool happens_to(int percent) { return static_cast<int>(dice_() % 100) < percent; }

  int from_, to_;
  wire_quality quality_;
  std::minstd_rand dice_;
  std::multimap<clock::time_point, std::vector<std::byte>> under_way_;  // by when they are due
};

int milliseconds_to(clock::time_point due, clock::time_point now) {
  if (due == clock::time_point::max()) return -1;
  return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(due - now).count()));
}

void carry(int const (&ends)[2], int stop, wire_quality const& quality) {
  way there(ends[0], ends[1], quality), back(ends[1], ends[0], quality);
  for (;;) {
    auto now = clock::now();
    pollfd watched[]{{ends[0], POLLIN, 0}, {ends[1], POLLIN, 0}, {stop, POLLIN, 0}};
    (void)::poll(watched, std::size(watched), milliseconds_to(std::min(there.next(), back.next()), now));
    if (watched[2].revents) return;
    now = clock::now();
    for (auto* w : {&there, &back}) {
      w->take_in(now);
      w->put_out(now);
    }
  }
}

}  // namespace

slow_wire::slow_wire(two_hosts const& hosts, wire_quality quality)
    : ends_{open_tunnel(hosts.here, "1"), open_tunnel(hosts.there, "2")},
      stop_(::eventfd(0, EFD_CLOEXEC)),
      carrier_([this, quality] { carry(ends_, stop_, quality); }) {}

slow_wire::~slow_wire() {
  (void)!::eventfd_write(stop_, 1);
  carrier_.join();
  for (int const fd : {ends_[0], ends_[1], stop_}) ::close(fd);
}

}  // namespace weft::hosts
