// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "base/fd.hpp"
#include "stream/handshake.hpp"
#include "stream/hub.hpp"
#include "transports/fabric/small_reactor.hpp"
#include "transports/inproc/manual_reactor.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weft::stream {

using ofi::small_reactor;
using test::socket_side;

inline constexpr ext::handshake pairs{0x10, 0x10, 1 << 20};

inline std::pair<base::unique_fd, base::unique_fd> connected_fds() {
  int fds[2];
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
  return {base::unique_fd(fds[0]), base::unique_fd(fds[1])};
}

/// A frame as it stands on the wire of tcp (or, with a mark in front, ipc).
inline std::string framed(std::string_view body, std::string_view mark = {}) {
  std::string text(mark);
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(body.size() >> shift);
  return text += body;
}

inline std::string words(greeting::bytes const& b) { return {reinterpret_cast<char const*>(b.data()), b.size()}; }

/// The other end of a connection: bytes, said and heard.
class far_end {
 public:
  explicit far_end(base::unique_fd fd) noexcept : fd_(std::move(fd)) {}

  bool say(std::string_view bytes) const {
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// All there is now.
  std::string hear() const {
    std::string all;
    char buffer[65536];
    for (ssize_t n; (n = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
      all.append(buffer, static_cast<std::size_t>(n));
    return all;
  }
  bool hears_the_end() const {
    char byte;
    auto const n = ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }
  void hang_up() { fd_.reset(); }
  int fd() const noexcept { return fd_.get(); }

 private:
  base::unique_fd fd_;
};

/// One connection on a reactor that the test turns, and its other end.
struct wire {
  explicit wire(framing f = framing::tcp, ext::handshake const& h = pairs) : wire(connected_fds(), f, h) {}
  wire(std::pair<base::unique_fd, base::unique_fd> fds, framing f, ext::handshake const& h)
      : wire(std::move(fds.second), std::move(fds.first), f, h) {}
  wire(base::unique_fd far_fd, established e, framing f = framing::tcp, ext::handshake const& h = pairs)
      : far(std::move(far_fd)), near(home.connect(std::move(e), f, h, "far")) {
    near.start();
    near.look();
    near.grant(100);
  }

  /// Drives everything once, as a thread would that waits on the socket.
  void turn() {
    loop.turn();
    near.look();
  }
  bool until(std::function<bool()> const& holds) {
    return loop.until([&] {
      near.look();
      return holds();
    });
  }
  ext::progress_source& lane() { return *loop.sources().back(); }

  small_reactor loop;
  hub home{loop};
  far_end far;
  socket_side near;
};

}  // namespace weft::stream
