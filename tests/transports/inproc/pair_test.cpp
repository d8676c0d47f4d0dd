// SPDX-License-Identifier: MIT
#include "inproc/pair.hpp"

#include "transports/inproc/manual_reactor.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using test::socket_side;

struct two_ends {
  two_ends() {
    pair->ends[0].max_message = 1000;
    pair->ends[1].max_message = 2000;
  }
  static std::unique_ptr<ext::connection> end(std::shared_ptr<inproc_pair> const& p, int side) {
    return std::make_unique<inproc_connection>(p, side);
  }
  /// Both started, and told of their credit.
  void open() {
    for (auto* side : {&a, &b}) {
      side->start();
      side->look();
      side->rang();
    }
  }

  test::manual_reactor loop;
  std::shared_ptr<inproc_pair> pair = std::make_shared<inproc_pair>(loop, "somewhere");
  socket_side a{end(pair, 0)};
  socket_side b{end(pair, 1)};
};

bool ended_in(socket_side const& s, std::error_code why) { return s.ends == 1 && s.ended == why; }

constexpr unsigned capacity = spsc_ring::capacity;

}  // namespace

BOOST_AUTO_TEST_SUITE(inproc_pair_ends)

BOOST_FIXTURE_TEST_CASE(starting_rings_at_once_for_there_is_credit_to_tell, two_ends) {
  a.start();
  BOOST_TEST(a.rang());
  a.look();
  BOOST_TEST(a.credit == capacity);
}

BOOST_FIXTURE_TEST_CASE(what_is_sent_before_the_peer_starts_is_there_when_it_does, two_ends) {
  a.start();
  a.look();
  a.send("early");
  b.start();
  b.look();
  BOOST_TEST(b.heard == "");
  b.grant(1);
  BOOST_TEST(b.rang());
  b.look();
  BOOST_TEST(b.heard == "early ");
}

BOOST_FIXTURE_TEST_CASE(messages_come_in_order_and_both_ways, two_ends) {
  open();
  a.grant(10);
  b.grant(10);
  for (auto const* text : {"1", "2", "3"}) a.send(text);
  b.send("x");
  a.look();
  b.look();
  BOOST_TEST(b.heard == "1 2 3 ");
  BOOST_TEST(a.heard == "x ");
}

BOOST_FIXTURE_TEST_CASE(no_more_is_delivered_than_was_granted, two_ends) {
  open();
  b.grant(2);
  for (auto const* text : {"1", "2", "3"}) a.send(text);
  b.look();
  BOOST_TEST(b.heard == "1 2 ");
  b.rang();
  b.grant(1);
  BOOST_TEST(b.rang());
  b.look();
  BOOST_TEST(b.heard == "1 2 3 ");
}

BOOST_FIXTURE_TEST_CASE(a_grant_rings_only_when_something_waits_for_it, two_ends) {
  open();
  b.grant(1);
  BOOST_TEST(!b.rang());
}

BOOST_FIXTURE_TEST_CASE(the_peer_is_rung_by_the_flush_and_never_inside_a_call, two_ends) {
  open();
  b.grant(1);
  a.link->send(message("1"));
  BOOST_TEST(!b.rang());
  a.link->flush();
  BOOST_TEST(b.rang());
  a.link->close(errc::closed);
  BOOST_TEST(!b.rang());
  a.link->flush();
  loop.run();
  BOOST_TEST(b.rang());
}

BOOST_FIXTURE_TEST_CASE(credit_comes_back_as_the_peer_takes_messages, two_ends) {
  open();
  b.grant(2 * capacity);
  for (unsigned i = 0; i != capacity; ++i) a.send("m");
  BOOST_TEST(a.credit == 0u);
  a.rang();
  b.look();
  BOOST_TEST(a.rang());
  a.look();
  BOOST_TEST(a.credit == capacity);
}

BOOST_FIXTURE_TEST_CASE(a_little_credit_is_not_worth_a_ring, two_ends) {
  open();
  b.grant(1);
  a.send("m");
  a.rang();
  b.look();
  BOOST_TEST(!a.rang());
}

BOOST_FIXTURE_TEST_CASE(without_a_grant_a_sender_is_stopped_by_the_rings_capacity, two_ends) {
  open();
  while (a.credit > 0) {
    a.send("m");
    a.look();
    b.look();
  }
  BOOST_TEST(b.heard == "");
  BOOST_TEST(a.link->unconfirmed() == capacity);
}

BOOST_FIXTURE_TEST_CASE(a_closed_peer_is_a_reset_connection, two_ends) {
  open();
  a.close(errc::closed);
  loop.run();
  a.look();
  b.look();
  BOOST_TEST(ended_in(a, errc::closed));
  BOOST_TEST(ended_in(b, errc::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(the_peer_learns_why_it_was_turned_away, two_ends) {
  open();
  b.close(errc::busy);
  loop.run();
  a.look();
  b.look();
  BOOST_TEST(ended_in(a, errc::busy));
  BOOST_TEST(ended_in(b, errc::busy));
}

BOOST_FIXTURE_TEST_CASE(the_end_is_told_once, two_ends) {
  open();
  a.close(errc::busy);
  b.close(errc::malformed);
  a.close(errc::closed);
  loop.run();
  for (int i = 0; i != 3; ++i) {
    a.look();
    b.look();
  }
  BOOST_TEST(ended_in(a, errc::busy));
  BOOST_TEST(ended_in(b, errc::busy));
}

BOOST_FIXTURE_TEST_CASE(what_was_sent_before_the_end_arrives_before_it_whatever_was_granted, two_ends) {
  open();
  for (auto const* text : {"1", "2"}) a.send(text);
  a.close(errc::closed);
  loop.run();
  BOOST_TEST(b.rang());
  b.look();
  BOOST_TEST(b.heard == "1 2 ");
  BOOST_TEST(b.ends == 1u);
}

BOOST_FIXTURE_TEST_CASE(finishing_says_goodbye, two_ends) {
  open();
  a.finish();
  loop.run();
  a.look();
  b.look();
  BOOST_TEST(ended_in(a, {}));
  BOOST_TEST(ended_in(b, {}));
}

BOOST_FIXTURE_TEST_CASE(finishing_ends_once_the_peer_has_what_was_sent, two_ends) {
  open();
  for (auto const* text : {"1", "2"}) a.send(text);
  a.finish();
  loop.run();
  a.look();
  BOOST_TEST(a.ends == 0u);
  BOOST_TEST(b.rang());
  b.look();
  loop.run();
  BOOST_TEST(b.heard == "1 2 ");
  BOOST_TEST(a.rang());
  a.look();
  BOOST_TEST(ended_in(a, {}));
  BOOST_TEST(a.link->unconfirmed() == 0u);
}

BOOST_FIXTURE_TEST_CASE(closing_cuts_a_finish_short, two_ends) {
  open();
  a.send("1");
  a.finish();
  a.close(errc::closed);
  loop.run();
  a.look();
  BOOST_TEST(a.ends == 1u);
  BOOST_TEST(a.link->unconfirmed() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_end_that_was_never_started_ends_its_peer_when_it_is_dropped, two_ends) {
  a.start();
  a.look();
  a.rang();
  b.link.reset();
  loop.run();
  BOOST_TEST(a.rang());
  a.look();
  BOOST_TEST(ended_in(a, errc::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_starts_after_the_end_hears_of_it, two_ends) {
  a.start();
  a.close(errc::closed);
  loop.run();
  b.start();
  BOOST_TEST(b.rang());
  b.look();
  BOOST_TEST(ended_in(b, errc::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(the_limit_is_the_peers, two_ends) {
  BOOST_TEST(a.link->max_message() == 2000u);
  BOOST_TEST(b.link->max_message() == 1000u);
}

BOOST_FIXTURE_TEST_CASE(the_peers_address_is_the_name, two_ends) {
  BOOST_TEST(a.link->peer_address() == "inproc://somewhere");
  BOOST_TEST(!a.link->source());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
