// SPDX-License-Identifier: MIT
// How a flow writes.
#include <weft/error.hpp>

#include "stream/flow.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::stream {

BOOST_AUTO_TEST_SUITE(stream_flow_output)

BOOST_FIXTURE_TEST_CASE(a_single_message_is_written_before_flush_returns, wire) {
  near.send("hello");
  BOOST_TEST(far.hear() == framed("hello"));
}

BOOST_FIXTURE_TEST_CASE(what_is_said_before_flush_goes_together, wire) {
  for (auto* text : {"a", "b", "c"}) near.link->send(message(text));
  near.link->flush();
  BOOST_TEST(far.hear() == framed("a") + framed("b") + framed("c"));
}

BOOST_FIXTURE_TEST_CASE(however_quickly_they_come_messages_arrive_in_order, wire) {
  std::string all, heard;
  for (int i = 0; i != 5000; ++i) {
    BOOST_TEST_REQUIRE(until([&] {
      if (near.credit == 0) heard += far.hear();
      return near.credit > 0;
    }));
    near.send(std::to_string(i));
    all += framed(std::to_string(i));
  }
  BOOST_TEST(until([&] { return (heard += far.hear()).size() >= all.size(); }));
  BOOST_TEST((heard == all));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_never_reads_stops_the_sender_and_then_gets_everything, wire) {
  std::string const body(10'000, 'x');
  std::size_t sent = 0;
  for (; near.credit > 0; ++sent) {
    near.send(body);
    turn();
  }
  BOOST_TEST(sent <= 1000u);
  BOOST_TEST(lane().busy());
  std::size_t bytes = 0;
  BOOST_TEST(until([&] { return (bytes += far.hear().size()) == sent * 10'008; }));
  BOOST_TEST(near.credit > 0u);
  BOOST_TEST(until([&] { return !lane().busy(); }));
}

BOOST_FIXTURE_TEST_CASE(finish_writes_everything_and_ends_when_it_has_arrived, wire) {
  for (int i = 0; i != 10; ++i) near.send(std::string(100'000, 'x'));  // within its first credits
  near.finish();
  for (int i = 0; i != 20; ++i) turn();
  BOOST_TEST(near.ends == 0u);
  std::size_t bytes = 0;
  BOOST_TEST(until([&] { return (bytes += far.hear().size()) == 10u * 100'008 && far.hears_the_end(); }));
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(!*near.ended);
  BOOST_TEST(near.link->unconfirmed() == 0u);
}

BOOST_FIXTURE_TEST_CASE(who_finishes_sees_the_end_though_nobody_takes_what_comes, wire) {
  while (far.say(framed("nobody cares"))) turn();
  near.finish();
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
}

BOOST_FIXTURE_TEST_CASE(what_the_peer_did_not_take_is_unconfirmed, wire) {
  std::size_t sent = 0;
  for (; near.credit > 0; ++sent) near.send(std::string(10'000, 'x'));
  near.close(errc::closed);
  near.look();
  BOOST_TEST(near.ends == 1u);
  BOOST_TEST(near.link->unconfirmed() > 0u);
  BOOST_TEST(near.link->unconfirmed() <= sent);
}

BOOST_FIXTURE_TEST_CASE(writing_to_a_peer_that_has_gone_raises_no_signal, wire) {
  far.say(framed("last words"));
  far.hang_up();
  near.send("too late");
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.heard == "last words ");
  BOOST_TEST(near.link->unconfirmed() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
