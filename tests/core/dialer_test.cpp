// SPDX-License-Identifier: MIT
#include "core/dialer.hpp"

#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/push.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

using namespace std::chrono_literals;
using test::soon;

constexpr dial_options quick{.timeout = 1s, .retry_min = 4ms, .retry_max = 16ms};
// A pause is between half of what is due and the whole; the whole doubles up to the most.
constexpr clock::duration least_pauses[] = {2ms, 4ms, 8ms, 8ms, 8ms};

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};
  weft::monitor seen{s};

  stage() { s.dial("script://peer", quick); }

  bool next_connect() {
    return net.until([&] { return net.pending() > 0; });
  }
  void expect_next(monitor_event::kind what, std::error_code why = {}, std::string_view detail = "") {
    auto const e = seen.try_next();
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->what == what);
    BOOST_TEST(e->why == why);
    BOOST_TEST(e->url == "script://peer");
    BOOST_TEST(e->detail == detail);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(dialer_)

BOOST_FIXTURE_TEST_CASE(dials_once_and_waits_for_the_answer, stage) {
  net.turn();
  BOOST_TEST(net.connects() == 1u);
  BOOST_TEST(s.peers() == 0u);
  net.answer();
  BOOST_TEST(s.peers() == 1u);
  expect_next(monitor_event::connected);
}

BOOST_FIXTURE_TEST_CASE(tells_the_transport_what_it_needs, stage) {
  BOOST_TEST((net.dialed_with().timeout == quick.timeout));
  BOOST_TEST(net.shaken().self == pair::self);
  BOOST_TEST(net.shaken().peer == pair::peer);
  BOOST_TEST(net.shaken().max_message == socket_options{}.max_message);
}

BOOST_FIXTURE_TEST_CASE(each_refusal_is_told_and_makes_the_pause_longer, stage) {
  for (auto const least : least_pauses) {
    BOOST_TEST_REQUIRE(next_connect());
    auto const count = net.connects();
    auto const before = clock::now();
    net.refuse(errc::connection_refused, "nobody there");
    expect_next(monitor_event::refused, errc::connection_refused, "nobody there");
    BOOST_TEST_REQUIRE(next_connect());
    BOOST_TEST(net.connects() == count + 1);
    BOOST_TEST((clock::now() - before >= least));
  }
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_declines_is_told_as_rejected, stage) {
  net.refuse(errc::rejected, "no");
  expect_next(monitor_event::rejected, errc::rejected, "no");
  net.refuse(errc::protocol_mismatch);
  expect_next(monitor_event::rejected, errc::protocol_mismatch);
  net.refuse(errc::timed_out);
  expect_next(monitor_event::refused, errc::timed_out);
}

BOOST_FIXTURE_TEST_CASE(dials_again_after_a_loss, stage) {
  for (unsigned round = 1; round != 4; ++round) {
    auto const end = net.answer();
    BOOST_TEST(net.connects() == round);
    expect_next(monitor_event::connected);
    end->hang_up(errc::connection_reset);
    expect_next(monitor_event::lost, errc::connection_reset);
    BOOST_TEST(s.peers() == 0u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_hangs_up_at_once_does_not_make_it_faster, stage) {
  for (auto const least : least_pauses) {
    BOOST_TEST_REQUIRE(next_connect());
    auto const before = clock::now();
    auto const end = net.answer();
    net.on_loop([&] { end->hang_up(); });
    if (clock::now() - before >= least_pauses[0]) return;  // a slow machine: that was not at once
    BOOST_TEST_REQUIRE(next_connect());
    BOOST_TEST((clock::now() - before >= least));
  }
}

BOOST_FIXTURE_TEST_CASE(never_has_two_connections_at_a_time, stage) {
  for (unsigned round = 1; round != 4; ++round) {
    auto const end = net.answer();
    // Far more turns than a second connect would take, and longer than the longest pause.
    for (auto const until = clock::now() + quick.retry_max; clock::now() < until;) net.turn();
    BOOST_TEST(net.connects() == round);
    BOOST_TEST(net.pending() == 0u);
    end->hang_up();
    s.peers();
  }
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_the_protocol_refuses_is_dialed_again, stage) {
  auto const first = net.answer();
  s.dial("script://other", quick);
  auto const second = net.answer();
  BOOST_TEST((second->closed() == make_error_code(errc::busy)));
  BOOST_TEST(next_connect());
  BOOST_TEST(net.connects() == 3u);
  BOOST_TEST(!first->closed().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_close_ends_a_connect_that_is_under_way, stage) {
  net.turn();
  BOOST_TEST(net.pending() == 1u);
  s.close();
  BOOST_TEST(net.pending() == 0u);
  BOOST_TEST(net.connectors() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_close_ends_the_pause_between_two_connects, stage) {
  net.refuse(errc::connection_refused);
  s.close();
  BOOST_TEST(net.connectors() == 0u);
  for (auto const until = clock::now() + quick.retry_max; clock::now() < until;) net.turn();
  BOOST_TEST(net.connects() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_close_does_not_dial_what_it_ended, stage) {
  auto const end = net.answer();
  s.close();
  BOOST_TEST(end->destroyed());
  for (auto const until = clock::now() + quick.retry_max; clock::now() < until;) net.turn();
  BOOST_TEST(net.connects() == 1u);
}

BOOST_AUTO_TEST_CASE(a_socket_may_dial_many) {
  weft::engine home({.helper = false});
  test::script net(home);
  push_socket s(home);
  s.dial("script://one", quick);
  s.dial("script://two", quick);
  auto const one = net.answer(1), two = net.answer(1);
  BOOST_TEST(s.peers() == 2u);
  s.send("a", soon());
  s.send("b", soon());
  BOOST_TEST(one->count() == 1u);
  BOOST_TEST(two->count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
