// SPDX-License-Identifier: MIT
#include "fabric/inbound.hpp"

#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct fixture : far_end {
  flow& f = admit();
  std::unique_ptr<small_socket> s = socket_of(f);
  std::uint32_t next = 0;

  void say(std::string_view text) { BOOST_REQUIRE(send(hand_frame({frame_kind::data, 0, next++, 0}).say(text), f)); }
  std::uint32_t consumed() const {
    std::uint32_t most = 0;
    for (auto const& bytes : frames) most = std::max(most, frame_header::read(bytes)->consumed);
    return most;
  }
};

BOOST_FIXTURE_TEST_SUITE(fabric_inbound, fixture)

BOOST_AUTO_TEST_CASE(nothing_is_handed_over_without_a_grant) {
  say("a");
  say("b");
  turn_for(50ms);
  BOOST_TEST(s->count() == 0u);
  s->grant(1);
  BOOST_REQUIRE(until([&] { return s->count() == 1; }));
  turn_for(20ms);
  BOOST_TEST(s->count() == 1u);
  s->grant(1);
  BOOST_REQUIRE(until([&] { return s->count() == 2; }));
  BOOST_TEST(s->next_text() == "a");
  BOOST_TEST(s->next_text() == "b");
}

BOOST_AUTO_TEST_CASE(a_frame_is_taken_apart_as_far_as_the_grants_go) {
  BOOST_REQUIRE(send(hand_frame({}).say("1").say("2").say("").say("4"), f));
  s->grant(3);
  BOOST_REQUIRE(until([&] { return s->count() == 3; }));
  s->grant(3);
  BOOST_REQUIRE(until([&] { return s->count() == 4; }));
  for (char const* expected : {"1", "2", "", "4"}) BOOST_TEST(s->next_text() == expected);
}

BOOST_AUTO_TEST_CASE(a_socket_that_takes_nothing_returns_no_credit) {
  for (unsigned i = 0; i != f.given().data; ++i) say("x");
  turn_for(50ms);
  BOOST_TEST(consumed() == 0u);
  s->grant(1000);
  BOOST_REQUIRE(until([&] { return s->count() == f.given().data; }));
  BOOST_REQUIRE(until([&] { return consumed() >= f.given().data / 2u; }));
}

BOOST_AUTO_TEST_CASE(a_quarter_of_the_buffers_may_wait_to_be_posted_again) {
  s->grant(1000);
  s->answer();
  auto const before = s->flushes_wanted;
  unsigned const quarter = f.given().data / 4u;
  BOOST_REQUIRE(quarter > 1);
  for (unsigned i = 1; i != quarter; ++i) {
    say("x");
    BOOST_REQUIRE(until([&] { return s->count() == i; }));
  }
  BOOST_TEST(s->flushes_wanted == before);
  say("x");
  BOOST_REQUIRE(until([&] { return s->count() == quarter; }));
  BOOST_TEST(s->flushes_wanted == before + 1);
}

BOOST_AUTO_TEST_CASE(an_answer_tells_of_all_that_was_consumed) {
  s->grant(1000);
  say("x");
  BOOST_REQUIRE(until([&] { return s->count() == 1; }));
  BOOST_TEST(consumed() == 0u);
  BOOST_REQUIRE(until([&] { return s->can_send(); }));
  s->send("y");
  BOOST_TEST(until([&] { return consumed() == 1; }));
}

BOOST_AUTO_TEST_CASE(buffers_are_posted_again_for_ever) {
  s->grant(1000000);
  auto const made = home->buffers().made();
  for (std::uint32_t i = 0; i != 1000; ++i) {
    BOOST_REQUIRE(until([&] { return s->count(), next - consumed() < f.given().data; }));
    auto const seen = static_cast<std::uint16_t>(count(frame_kind::control));
    BOOST_REQUIRE(send(hand_frame({frame_kind::data, seen, next++, 0}).say("x"), f));
  }
  BOOST_REQUIRE(until([&] { return s->count() == 1000; }));
  BOOST_TEST(home->buffers().made() == made);
}

BOOST_AUTO_TEST_CASE(what_has_come_is_handed_over_before_the_end_is_told) {
  say("a");
  say("b");
  turn_for(20ms);
  BOOST_REQUIRE(send(std::vector<std::byte>(3), tag::frame(f.place().slot, f.place().generation)));
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_REQUIRE(s->inbox.size() == 2u);
  BOOST_TEST(s->next_text() == "a");
  BOOST_TEST(s->next_text() == "b");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
