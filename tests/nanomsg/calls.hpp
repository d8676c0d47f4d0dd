// SPDX-License-Identifier: MIT
#pragma once

#include <nanomsg/bus.h>
#include <nanomsg/inproc.h>
#include <nanomsg/ipc.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <nanomsg/tcp.h>
#include <nanomsg/ws.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace weft::nanomsg_tests {

/// Time enough for anything that ends at all.
constexpr int patience = 10'000;

/// What a call says: the number of its error, 0 for none.
inline int number(int returned) { return returned < 0 ? nn_errno() : 0; }

/// A socket that gives up after a long time, and is closed in the end.
class sock {
 public:
  explicit sock(int protocol, int domain = AF_SP) : fd_(nn_socket(domain, protocol)) {
    BOOST_TEST_REQUIRE(fd_ >= 0);
    set(NN_SOL_SOCKET, NN_SNDTIMEO, patience);
    set(NN_SOL_SOCKET, NN_RCVTIMEO, patience);
  }
  sock(sock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  sock& operator=(sock&&) = delete;
  ~sock() {
    if (fd_ >= 0) nn_close(fd_);
  }
  operator int() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

  sock& set(int level, int option, int value) {
    BOOST_TEST(nn_setsockopt(fd_, level, option, &value, sizeof value) == 0);
    return *this;
  }
  int get(int level, int option) {
    int value = 0;
    std::size_t size = sizeof value;
    BOOST_TEST(nn_getsockopt(fd_, level, option, &value, &size) == 0);
    return value;
  }
  int bind(std::string const& url) {
    int const id = nn_bind(fd_, url.c_str());
    BOOST_TEST(id > 0);
    return id;
  }
  int connect(std::string const& url) {
    int const id = nn_connect(fd_, url.c_str());
    BOOST_TEST(id > 0);
    return id;
  }
  void send(std::string_view text, int flags = 0) {
    BOOST_TEST(nn_send(fd_, text.data(), text.size(), flags) == static_cast<int>(text.size()));
  }
  std::string receive(int flags = 0) {
    std::array<char, 4096> room;
    int const n = nn_recv(fd_, room.data(), room.size(), flags);
    if (n < 0) return "error " + std::to_string(nn_errno());
    return {room.data(), static_cast<std::size_t>(n)};
  }
  /// How a receive, or a send, that may not wait ends.
  int try_receive() {
    char c;
    return number(nn_recv(fd_, &c, 1, NN_DONTWAIT));
  }
  int try_send() { return number(nn_send(fd_, "x", 1, NN_DONTWAIT)); }
  /// Until so many peers are there.
  sock& wait_for_peers(std::uint64_t n) {
    while (nn_get_statistic(fd_, NN_STAT_CURRENT_CONNECTIONS) < n) std::this_thread::yield();
    return *this;
  }

 private:
  int fd_;
};

/// An address that nobody in this process has used.
inline std::string fresh(std::string const& scheme = "inproc") {
  static std::atomic<int> count{0};
  return scheme + "://weft-nanomsg-" + std::to_string(++count);
}

}  // namespace weft::nanomsg_tests
