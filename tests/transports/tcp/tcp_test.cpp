// SPDX-License-Identifier: MIT
#include "tcp/tcp.hpp"

#include "support/two_engines.hpp"
#include "tcp/ways.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using test::listen_code;
using test::next;
using test::soon;

struct two_engines : test::two_engines {
  void dial_and_talk(std::string const& to) {
    req.dial(to);
    talk();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tcp)

BOOST_FIXTURE_TEST_CASE(the_wildcard_is_every_address_and_says_its_port, two_engines) {
  auto const u = url::parse(rep.listen("tcp://*:0")).value();
  BOOST_TEST((u.host == "0.0.0.0" || u.host == "::"));
  BOOST_TEST(*u.port != 0u);
  dial_and_talk("tcp://127.0.0.1:" + port());
  if (u.host == "::") dial_and_talk("tcp://[::1]:" + port());
}

BOOST_FIXTURE_TEST_CASE(names_are_looked_up, two_engines) {
  rep.listen("tcp4://127.0.0.1:0");
  dial_and_talk("tcp4://localhost:" + port());
}

BOOST_FIXTURE_TEST_CASE(an_ipv6_address_has_brackets, two_engines) {
  auto const text = rep.listen("tcp6://[::1]:0");
  BOOST_TEST(text.starts_with("tcp6://[::1]:"));
  dial_and_talk(text);
}

BOOST_FIXTURE_TEST_CASE(a_local_address_may_be_chosen, two_engines) {
  monitor events(rep);
  rep.listen("tcp://127.0.0.1:0");
  dial_and_talk("tcp://127.0.0.2;127.0.0.1:" + port());
  auto const came = next(events);
  BOOST_TEST(came.peer.starts_with("127.0.0.2:"));
}

BOOST_FIXTURE_TEST_CASE(a_local_ipv6_address_has_brackets_of_its_own, two_engines) {
  rep.listen("tcp://[::1]:0");
  dial_and_talk("tcp://[::1];[::1]:" + port());
}

BOOST_FIXTURE_TEST_CASE(options_that_cannot_be_had_are_told, two_engines) {
  monitor events(req);
  rep.listen("tcp://127.0.0.1:0");
  req.dial("tcp://127.0.0.1:" + port(), {.tcp = {.device = "no-such-device"}});
  auto const e = next(events);
  BOOST_TEST((e.what == monitor_event::refused));
}

BOOST_FIXTURE_TEST_CASE(an_unknown_host_is_refused_and_tried_again, two_engines) {
  monitor events(req);
  req.dial("tcp://no-such-host.invalid:7000", {.retry_min = std::chrono::milliseconds(1)});
  for (int i = 0; i != 2; ++i) {
    auto const e = next(events);
    BOOST_TEST((e.what == monitor_event::refused));
  }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_listened_at_is_said_at_once, two_engines) {
  rep.listen("tcp://127.0.0.1:0");
  rep_socket second(there);
  BOOST_TEST(listen_code(second, rep.local_url()) == errc::address_in_use);
  BOOST_TEST(listen_code(second, "tcp://127.0.0.1") == errc::invalid_url);
  BOOST_TEST((listen_code(second, "tcp://192.0.2.1:7000") == std::errc::address_not_available));
  BOOST_TEST((listen_code(second, "tcp6://127.0.0.1:7000") != std::error_code()));
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_listens_already_will_do, two_engines) {
  auto passed = weft::tcp::listen_at(url::parse("tcp://127.0.0.1:0").value(), {}).value();
  auto const port = std::to_string(*passed.local.port);
  BOOST_TEST(rep.listen("tcp://*:1", {.listening_fd = passed.fd.release()}) == "tcp://127.0.0.1:" + port);
  dial_and_talk("tcp://127.0.0.1:" + port);
  auto const silent = stream::new_socket(AF_INET);
  rep_socket other(there);
  BOOST_CHECK_THROW(other.listen("tcp://*:0", {.listening_fd = silent.get()}), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
