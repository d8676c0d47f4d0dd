// SPDX-License-Identifier: MIT
#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct fixture : far_end {
  flow& f = admit({4, 2});
  std::unique_ptr<small_socket> s = socket_of(f);

  void consume(std::uint32_t count) { BOOST_REQUIRE(send(hand_frame({frame_kind::control, 1, answered++, count}), f)); }
  std::uint32_t answered = 0;
};

BOOST_FIXTURE_TEST_SUITE(fabric_outbound, fixture)

BOOST_AUTO_TEST_CASE(the_dialer_speaks_first_and_says_nothing) {
  BOOST_REQUIRE(until([&] { return !frames.empty(); }));
  BOOST_TEST(count(frame_kind::control) == 1u);
  BOOST_TEST(frames.front().size() == frame_header_size);
  BOOST_TEST(tags.front() == tag::frame(slot, generation));
}

BOOST_AUTO_TEST_CASE(no_more_frames_are_on_their_way_than_the_peer_gave_credit_for) {
  for (int i = 0; i != 20; ++i) s->send(std::string(10000, 'x'));
  BOOST_REQUIRE(until([&] { return count(frame_kind::data) == 4; }));
  turn_for(50ms);
  BOOST_TEST(count(frame_kind::data) == 4u);
  BOOST_TEST(s->link->unconfirmed() == 20u);
  consume(1);
  BOOST_REQUIRE(until([&] { return count(frame_kind::data) == 5; }));
  turn_for(50ms);
  BOOST_TEST(count(frame_kind::data) == 5u);
  BOOST_TEST(s->link->unconfirmed() == 19u);
}

BOOST_AUTO_TEST_CASE(small_messages_that_wait_share_a_frame) {
  for (int i = 0; i != 100; ++i) s->send("x");
  BOOST_REQUIRE(until([&] { return count(frame_kind::data) == 4 || records(record_kind::message) == 100; }));
  for (std::uint32_t n = 4; records(record_kind::message) != 100 && n < 100; n += 4) {
    consume(static_cast<std::uint32_t>(count(frame_kind::data)));
    BOOST_REQUIRE(until([&] { return count(frame_kind::data) >= n || records(record_kind::message) == 100; }));
  }
  BOOST_TEST(records(record_kind::message) == 100u);
  BOOST_TEST(count(frame_kind::data) < 20u);
}

BOOST_AUTO_TEST_CASE(what_a_consumed_frame_carried_is_confirmed) {
  s->send("a");
  BOOST_REQUIRE(until([&] { return count(frame_kind::data) == 1; }));
  BOOST_TEST(s->link->unconfirmed() == 1u);
  consume(1);
  BOOST_REQUIRE(until([&] { return s->link->unconfirmed() == 0; }));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_a_frame_becomes_a_request_and_there_are_four_at_most) {
  for (int i = 0; i != 6; ++i) s->send(std::string(20000, 'x'));
  BOOST_REQUIRE(until([&] { return records(record_kind::request) == 4; }));
  turn_for(50ms);
  BOOST_TEST(records(record_kind::request) == 4u);
  BOOST_TEST(records(record_kind::message) == 0u);
}

BOOST_AUTO_TEST_CASE(the_largest_message_that_fits_a_frame_is_no_request) {
  s->send(std::string(frame_size - frame_header_size - record_header_size, 'x'));
  BOOST_REQUIRE(until([&] { return !frames.empty() && records(record_kind::message) == 1; }));
  BOOST_TEST(frames.back().size() == frame_size);
  s->send(std::string(frame_size - frame_header_size - record_header_size + 1, 'x'));
  BOOST_REQUIRE(until([&] { return records(record_kind::request) == 1; }));
}

BOOST_AUTO_TEST_CASE(the_socket_may_send_no_more_than_the_queue_holds) {
  BOOST_REQUIRE(until([&] { return s->can_send(); }));
  unsigned sent = 0;
  for (; sent != 10000 && s->can_send(); ++sent) {
    s->send(std::string(10000, 'x'));
    turn();
  }
  BOOST_TEST(sent >= 4u);
  BOOST_TEST(sent <= outbound::capacity + 4u);
  turn_for(20ms);
  BOOST_TEST(!s->can_send());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
