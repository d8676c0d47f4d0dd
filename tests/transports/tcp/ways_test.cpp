// SPDX-License-Identifier: MIT
#include "tcp/ways.hpp"

#include <weft/error.hpp>

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>

namespace weft::tcp {

namespace {

setup<open_port> listen(std::string_view text, listen_options const& o = {}) {
  return listen_at(url::parse(text).value(), o);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tcp_ways)

BOOST_AUTO_TEST_CASE(the_local_url_has_the_port_and_keeps_the_name) {
  auto named = listen("tcp4://localhost:0");
  BOOST_TEST_REQUIRE(named.has_value());
  BOOST_TEST(named->local.host == "localhost");
  BOOST_TEST(*named->local.port == stream::local_address(named->fd.get()).port());
  auto every = listen("tcp4://*:0");
  BOOST_TEST_REQUIRE(every.has_value());
  BOOST_TEST(every->local.host == "0.0.0.0");
}

BOOST_AUTO_TEST_CASE(a_scheme_for_ipv6_takes_nothing_else_whatever_goes_over_it) {
  for (std::string const scheme : {"tcp6", "tls+tcp6", "ws6"}) {
    auto six = listen(scheme + "://*:0");
    BOOST_TEST_REQUIRE(six.has_value());
    int only = 0;
    socklen_t size = sizeof only;
    ::getsockopt(six->fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);
    BOOST_TEST(only == 1);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_is_said) {
  BOOST_TEST(listen("tcp://127.0.0.1").error().code == errc::invalid_url);
  BOOST_TEST(listen("tcp://127.0.0.1:0", {.listening_fd = 0}).error().code == errc::invalid_option);
  stream::small_reactor loop;
  stream::resolver names(loop);
  BOOST_TEST(way_to(url::parse("tcp://host").value(), {}, names).error().code == errc::invalid_url);
}

BOOST_AUTO_TEST_CASE(the_way_to_an_address_is_known_at_once) {
  stream::small_reactor loop;
  stream::resolver names(loop);
  auto way = way_to(url::parse("tcp://127.0.0.1:7000").value(), {.keepalive = true}, names);
  BOOST_TEST_REQUIRE(way.has_value());
  std::vector<stream::address> found;
  auto const waiting = way->resolve([&](stream::addresses a) { found = *std::move(a); });
  BOOST_TEST(!waiting);
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].text() == "127.0.0.1:7000");
  auto const fd = stream::new_socket(AF_INET);
  BOOST_TEST(!way->prepare(fd.get(), found[0]));
  int on = 0;
  socklen_t size = sizeof on;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, &size);
  BOOST_TEST(on == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tcp
