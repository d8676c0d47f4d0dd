// SPDX-License-Identifier: MIT
#include "tcp/sockets.hpp"

#include <weft/error.hpp>

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace weft::tcp {

namespace {

using namespace std::chrono_literals;

setup<route> read_text(std::string_view text, bool listening = false) {
  return read(url::parse(text).value(), listening);
}

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(fd, level, name, &value, &size);
  return value;
}

struct a_socket {
  base::unique_fd fd = stream::new_socket(AF_INET);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tcp_sockets)

BOOST_AUTO_TEST_CASE(a_url_says_where_to) {
  auto r = read_text("tcp://host.name:7000");
  BOOST_TEST(r->place.host == "host.name");
  BOOST_TEST(r->place.port == 7000u);
  BOOST_TEST(r->place.family == AF_UNSPEC);
  BOOST_TEST(r->source.empty());
  BOOST_TEST(read_text("tcp4://host:1")->place.family == AF_INET);
  BOOST_TEST(read_text("tcp6://[::1]:1")->place.family == AF_INET6);
  BOOST_TEST(read_text("tcp6://[::1]:1")->place.host == "::1");
  BOOST_TEST(read_text("tcp://host:1/")->place.host == "host");
}

BOOST_AUTO_TEST_CASE(a_url_says_where_from) {
  auto r = read_text("tcp://eth0;host:7000");
  BOOST_TEST(r->source == "eth0");
  BOOST_TEST(r->place.host == "host");
}

BOOST_AUTO_TEST_CASE(every_address_has_many_names) {
  for (auto const* text : {"tcp://*:0", "tcp://:0", "tcp://*:*"}) BOOST_TEST(read_text(text, true)->place.host.empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_url_is_said_at_once) {
  for (auto const* text :
       {"tcp://host", "tcp://:7000", "tcp://*:7000", "tcp://host:0", "tcp://host:1/path", "tcp://host:1?a=b"})
    BOOST_TEST(read_text(text).error().code == errc::invalid_url);
  for (auto const* text : {"tcp://host", "tcp://eth0;host:1", "tcp://host:1/path"})
    BOOST_TEST(read_text(text, true).error().code == errc::invalid_url);
}

BOOST_FIXTURE_TEST_CASE(by_default_only_nodelay_is_set, a_socket) {
  BOOST_TEST(!apply({}, fd.get(), AF_INET));
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_NODELAY) == 1);
  BOOST_TEST(option(fd.get(), SOL_SOCKET, SO_KEEPALIVE) == 0);
}

BOOST_FIXTURE_TEST_CASE(what_is_asked_for_is_set, a_socket) {
  tcp_options const o{.nodelay = false,
                      .keepalive = true,
                      .keepalive_idle = 30s,
                      .keepalive_interval = 1500ms,
                      .keepalive_count = 4,
                      .user_timeout = 2500ms,
                      .send_buffer = 20000,
                      .receive_buffer = 30000,
                      .tos = std::uint8_t{0x10},
                      .device = {}};
  BOOST_TEST(!apply(o, fd.get(), AF_INET));
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_NODELAY) == 0);
  BOOST_TEST(option(fd.get(), SOL_SOCKET, SO_KEEPALIVE) == 1);
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_KEEPIDLE) == 30);
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_KEEPINTVL) == 2);
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_KEEPCNT) == 4);
  BOOST_TEST(option(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT) == 2500);
  BOOST_TEST(option(fd.get(), SOL_SOCKET, SO_SNDBUF) == 40000);  // Linux keeps as much again for itself
  BOOST_TEST(option(fd.get(), SOL_SOCKET, SO_RCVBUF) == 60000);
  BOOST_TEST(option(fd.get(), IPPROTO_IP, IP_TOS) == 0x10);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_had_is_a_failure, a_socket) {
  BOOST_TEST((apply({.device = "no-such-device"}, fd.get(), AF_INET) != std::error_code()));
  BOOST_TEST((bind_source(fd.get(), "192.0.2.1", AF_INET) != std::error_code()));
  BOOST_TEST((bind_source(fd.get(), "no-such-device", AF_INET) != std::error_code()));
}

BOOST_FIXTURE_TEST_CASE(a_source_is_an_address_or_an_interface, a_socket) {
  BOOST_TEST(!bind_source(fd.get(), "127.0.0.1", AF_INET));
  BOOST_TEST(stream::local_address(fd.get()).host() == "127.0.0.1");
  auto const other = stream::new_socket(AF_INET);
  BOOST_TEST(!bind_source(other.get(), "lo", AF_INET));
  BOOST_TEST(stream::local_address(other.get()).host() == "127.0.0.1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tcp
