// SPDX-License-Identifier: MIT
// BUS and PUB/SUB by datagrams, as their users see them. The conformance suite is for what loses nothing: for those
// that libfabric makes reliable.
#include <weft/weft.hpp>

#include "conformance/stage.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::conformance {

namespace {

char const* const places[] = {"ofi+udp://127.0.0.1:0?ep=dgram", "ofi+sockets://127.0.0.1:0?ep=dgram"};
char const* const over_udp = places[0];

transport_suite const udp({.name = "ofi_udp",
                           .fresh_url = always("ofi+udp://127.0.0.1:0"),
                           .two_engines = true,
                           .carries_wildcard_port = true});

struct engines {
  engine here, there;
};

/// Until the publisher filters by what the subscriber wants. What comes before that is taken at once: when nobody
/// drives the subscriber, it fills the system's buffer, and the next message is lost.
void wait_until_filtered(pub_socket& pub, sub_socket& sub) {
  auto const end = clock::now() + std::chrono::seconds(10);
  for (std::uint64_t sent = 1; clock::now() < end; ++sent) {
    pub.send("nobody wants this");
    if (pub.statistics().dropped.at(drop_reason::filtered, direction::outgoing) != 0) return;
    while (sub.statistics().dropped.at(drop_reason::filtered, direction::incoming) != sent && clock::now() < end)
      (void)sub.try_receive();
  }
  BOOST_ERROR("it sends everything");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ofi_datagrams)

BOOST_DATA_TEST_CASE_F(engines, a_publisher_sends_what_is_wanted, boost::unit_test::data::make(places), place) {
  pub_socket pub{here};
  sub_socket sub{there};
  sub.subscribe("news/");
  sub.dial(pub.listen(place));
  pub.wait_for_peers(1, soon());
  wait_until_filtered(pub, sub);
  auto const filtered = pub.statistics().dropped.at(drop_reason::filtered, direction::outgoing);
  for (int i = 0; i != 100; ++i) {
    pub.send("other/" + std::to_string(i));
    pub.send("news/" + std::to_string(i));
    BOOST_TEST(sub.receive(soon()).text() == "news/" + std::to_string(i));
  }
  BOOST_TEST(pub.statistics().dropped.at(drop_reason::filtered, direction::outgoing) == filtered + 100);
  BOOST_TEST(sub.statistics().dropped.at(drop_reason::lost, direction::incoming) == 0u);
}

BOOST_DATA_TEST_CASE_F(engines, everybody_on_a_bus_hears_everybody, boost::unit_test::data::make(places), place) {
  bus_socket a{here}, b{there}, c{there};
  auto const at = a.listen(place);
  b.dial(at);
  c.dial(at);
  a.wait_for_peers(2, soon());
  for (int i = 0; i != 50; ++i) {
    a.send("from a");
    BOOST_TEST(b.receive(soon()).text() == "from a");
    BOOST_TEST(c.receive(soon()).text() == "from a");
    b.send("from b");
    BOOST_TEST(a.receive(soon()).text() == "from b");
  }
}

BOOST_AUTO_TEST_CASE(both_ends_may_be_of_one_engine) {
  engine e;
  bus_socket a{e}, b{e};
  b.dial(a.listen(over_udp));
  a.wait_for_peers(1, soon());
  a.send("to myself");
  BOOST_TEST(b.receive(soon()).text() == "to myself");
}

BOOST_FIXTURE_TEST_CASE(raw_sockets_may_too, engines) {
  raw_bus_socket bus{here};
  bus_socket peer{there};
  peer.dial(bus.listen(over_udp));
  raw_pub_socket pub{here};
  raw_sub_socket sub{there};
  sub.dial(pub.listen(over_udp));
  bus.wait_for_peers(1, soon());
  pub.wait_for_peers(1, soon());
  pub.send("all of it");
  BOOST_TEST(sub.receive(soon()).text() == "all of it");
  peer.send("hello");
  BOOST_TEST(bus.receive(soon()).text() == "hello");
}

BOOST_FIXTURE_TEST_CASE(what_no_datagram_holds_is_refused_to_its_sender, engines) {
  pub_socket pub{here};
  sub_socket sub{there};
  sub.subscribe("");
  sub.dial(pub.listen(over_udp));
  bus_socket a{here}, b{there};
  b.dial(a.listen(over_udp));
  pub.wait_for_peers(1, soon());
  a.wait_for_peers(1, soon());
  std::string const fits(1444, 'x');
  message does_not(fits + 'x');
  std::error_code why;
  pub.send(does_not, {}, why);
  BOOST_TEST(why == errc::message_too_large);
  a.send(does_not, {}, why);
  BOOST_TEST(why == errc::message_too_large);
  BOOST_TEST(does_not.size() == 1445u);
  pub.send(fits);
  BOOST_TEST(sub.receive(soon()).text() == fits);
  a.send(fits);
  BOOST_TEST(b.receive(soon()).text() == fits);
}

BOOST_FIXTURE_TEST_CASE(others_than_they_are_told_at_once, engines) {
  req_socket req{here};
  BOOST_CHECK_EXCEPTION(req.dial("ofi+udp://127.0.0.1:1?ep=dgram"), std::system_error,
                        [](auto const& e) { return e.code() == errc::unsupported; });
  pull_socket pull{here};
  BOOST_CHECK_EXCEPTION(pull.listen(over_udp), std::system_error,
                        [](auto const& e) { return e.code() == errc::unsupported; });
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_comes_back_is_met_again, engines) {
  pub_socket pub{here};
  auto const at = pub.listen(over_udp);
  for (int i = 0; i != 3; ++i) {
    sub_socket sub{there};
    sub.subscribe("");
    sub.dial(at);
    pub.wait_for_peers(1, soon());
    pub.send("hello");
    BOOST_TEST(sub.receive(soon()).text() == "hello");
    sub.close();
    for (auto const end = clock::now() + std::chrono::seconds(10); pub.peers() != 0 && clock::now() < end;) {}
    BOOST_TEST(pub.peers() == 0u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_listener_that_comes_back_is_met_again, engines) {
  sub_socket sub{there};
  sub.subscribe("");
  std::string at = over_udp;
  for (int i = 0; i != 3; ++i) {
    engine another;
    pub_socket pub{another};
    at = pub.listen(at);
    if (i == 0) sub.dial(at, {.retry_min = std::chrono::milliseconds(1), .retry_max = std::chrono::milliseconds(10)});
    pub.wait_for_peers(1, soon());
    pub.send(std::to_string(i));
    BOOST_TEST(sub.receive(soon()).text() == std::to_string(i));
  }
}

// All that was sent is received, or counted where it was lost: which of the two depends on the machine.
BOOST_FIXTURE_TEST_CASE(nothing_is_lost_without_being_counted, engines) {
  bus_socket a{here}, b{there, {.receive_queue = 16}};
  b.dial(a.listen(over_udp));
  a.wait_for_peers(1, soon());
  b.wait_for_peers(1, soon());
  std::uint64_t const all = 20'000;
  for (std::uint64_t i = 0; i != all; ++i) a.send(std::string(1000, 'x'));
  a.close(std::chrono::seconds(10));
  auto const at_sender = a.statistics();
  for (auto const end = clock::now() + std::chrono::seconds(10); b.peers() != 0 && clock::now() < end;) {}
  std::uint64_t received = 0;
  while (b.try_receive()) ++received;
  auto const s = b.statistics();
  auto const dropped_by_sender = at_sender.dropped.total(direction::outgoing);
  BOOST_TEST(received + s.dropped.total(direction::incoming) + dropped_by_sender == all);
  BOOST_TEST(received != 0u);
}

BOOST_FIXTURE_TEST_CASE(the_pipe_says_what_it_is, engines) {
  bus_socket a{here}, b{there};
  b.dial(a.listen(over_udp));
  a.wait_for_peers(1, soon());
  auto const s = a.statistics();
  BOOST_REQUIRE(s.pipes.size() == 1u);
  std::string all;
  for (auto const& [name, value] : s.pipes[0].info.properties) all += name + "=" + value + " ";
  BOOST_TEST(all == "provider=udp endpoint=DGRAM strays=0 ");
  auto const tree = as_tree(s);
  BOOST_TEST(tree.find("dropped")->find("incoming")->find("lost") != nullptr);
  BOOST_TEST(tree.find("dropped")->find("incoming")->find("late") != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::conformance
