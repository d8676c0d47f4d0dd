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

// Over shared memory a small message is on its way before its sender lets go of the socket.
BOOST_AUTO_TEST_CASE(a_small_message_with_nothing_before_it_needs_no_flush) {
  far_end far("ofi+shm");
  flow& to = far.admit({2, 2});
  auto const from = far.socket_of(to);
  BOOST_REQUIRE(far.until([&] { return !far.frames.empty(); }));
  auto& link = *from->link;
  auto const send = [&](message m) {
    link.send(std::move(m));
    return m.empty() && m.header().empty();
  };
  message first("first");
  first.header().push(7);
  BOOST_TEST(send(std::move(first)));
  BOOST_REQUIRE(far.until([&] { return far.count(frame_kind::data) == 1; }));
  BOOST_TEST(link.unconfirmed() == 1u);
  BOOST_TEST(send(message("second")));
  BOOST_REQUIRE(far.until([&] { return far.count(frame_kind::data) == 2; }));
  // No credit is left: this waits, and so does what comes behind it until it has gone.
  BOOST_TEST(send(message("third")));
  BOOST_TEST(send(message("fourth")));
  far.turn_for(5ms);
  BOOST_TEST(far.count(frame_kind::data) == 2u);
  BOOST_TEST(link.unconfirmed() == 4u);
  BOOST_REQUIRE(far.send(hand_frame({frame_kind::control, 1, 0, 2}), to));
  BOOST_REQUIRE(far.until([&] { return link.unconfirmed() == 2u; }));
  BOOST_REQUIRE(far.until([&] { return far.records(record_kind::message) == 4; }));
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
