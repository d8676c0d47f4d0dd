// SPDX-License-Identifier: MIT
#include "fabric/shared_endpoint.hpp"

#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(fabric_shared_endpoint, far_end)

BOOST_AUTO_TEST_CASE(an_admitted_flow_has_a_slot_and_its_buffers_are_posted) {
  auto& a = admit();
  auto& b = admit();
  BOOST_TEST(a.place().slot != b.place().slot);
  BOOST_TEST(a.place().generation != 0u);
  BOOST_TEST(a.given().sound());
  BOOST_TEST(home->buffers().promised() == a.given().buffers() + b.given().buffers());
}

BOOST_AUTO_TEST_CASE(the_first_connections_get_more_credit_than_the_hundredth) {
  auto const first = home->admit(1000).value()->given();
  credits last;
  for (int i = 0; i != 100; ++i) last = home->admit(1000).value()->given();
  BOOST_TEST(first.data > last.data);
  BOOST_TEST(last.sound());
}

BOOST_AUTO_TEST_CASE(where_the_provider_has_no_more_receives_nobody_is_admitted) {
  far_end small("ofi+shm");
  std::size_t n = 0;
  auto made = small.home->admit(1000);
  for (; made && n != 10000; ++n) made = small.home->admit(1000);
  if (n == 10000) {
    std::cout << "SKIPPED: shm takes any number of receives here (libfabric 2)\n";
    return;
  }
  BOOST_TEST(made.error().code == errc::busy);
  BOOST_TEST(n > 16u);
}

BOOST_AUTO_TEST_CASE(an_address_is_the_same_whoever_asks_and_rubbish_is_none) {
  BOOST_TEST(home->meet(peer->address()).value() == to_peer);
  BOOST_TEST(!home->meet(std::vector<std::byte>(3)));
  BOOST_TEST(home->meet(peer->address()).value() == to_peer);
}

BOOST_AUTO_TEST_CASE(a_slot_that_is_free_again_gets_another_generation) {
  auto const old = [&] {
    auto& f = admit();
    (void)socket_of(f);
    return f.place();
  }();
  BOOST_REQUIRE(until([&] { return home->buffers().promised() == 0; }));
  auto const& now = admit().place();
  BOOST_TEST(now.slot == old.slot);
  BOOST_TEST(now.generation != old.generation);
}

BOOST_AUTO_TEST_CASE(frames_for_nobody_are_dropped_and_their_buffers_posted_again) {
  auto& f = admit();
  auto const s = socket_of(f);
  s->grant(10);
  auto const stray = hand_frame({}).say("late").done();
  for (std::uint32_t i = 0; i != 200; ++i) {
    BOOST_REQUIRE(send(stray, tag::frame(f.place().slot, f.place().generation + 1)));
    BOOST_REQUIRE(send(stray, tag::frame(f.place().slot + 9, f.place().generation)));
    turn();
  }
  BOOST_REQUIRE(send(hand_frame({}).say("mine"), f));
  BOOST_REQUIRE(until([&] { return s->count() != 0; }));
  BOOST_TEST(s->inbox.size() == 1u);
  BOOST_TEST(s->next_text() == "mine");
  BOOST_TEST(!s->is_over());
}

BOOST_AUTO_TEST_CASE(it_is_busy_while_an_answer_is_due_or_a_flow_ends) {
  auto& f = admit();
  auto s = socket_of(f);
  BOOST_REQUIRE(until([&] { return !home->busy(); }));
  s.reset();
  BOOST_TEST(home->busy());
  BOOST_TEST(reactor.attended > 0);
  BOOST_REQUIRE(until([&] { return !home->busy(); }));
  BOOST_TEST(home->buffers().promised() == 0u);
}

BOOST_AUTO_TEST_CASE(waiting_ends_with_a_wake_or_in_time) {
  auto const begin = clock::now();
  home->wake();
  home->wait(begin + 20s);
  BOOST_TEST((clock::now() - begin < 10s));
  home->poll();
  home->wait(clock::now() + 10ms);
  BOOST_TEST((clock::now() - begin < 10s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
