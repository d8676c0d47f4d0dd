// SPDX-License-Identifier: MIT
#include "stream/lane.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <chrono>
#include <thread>

namespace weft::stream {

namespace {

using namespace std::chrono_literals;

bool shows(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_lane)

BOOST_FIXTURE_TEST_CASE(there_is_nothing_to_poll_until_something_comes, wire) {
  BOOST_TEST(!lane().poll());
  far.say(framed("x"));
  BOOST_TEST(lane().poll());
  BOOST_TEST(near.rang());
}

BOOST_FIXTURE_TEST_CASE(its_descriptor_shows_what_poll_would_find, wire) {
  (void)lane().poll();
  BOOST_TEST(!shows(lane().pollable_fd()));
  far.say(framed("x"));
  BOOST_TEST(shows(lane().pollable_fd()));
  lane().wait(clock::now() + 10s);
  turn();
  BOOST_TEST(!shows(lane().pollable_fd()));
}

BOOST_FIXTURE_TEST_CASE(wait_ends_when_something_comes, wire) {
  std::jthread const peer([this] { far.say(framed("x")); });
  lane().wait(clock::now() + 10s);
  turn();
  BOOST_TEST(near.heard == "x ");
}

BOOST_FIXTURE_TEST_CASE(wake_ends_the_wait_that_runs_or_the_next_one, wire) {
  lane().wake();
  auto const begin = clock::now();
  lane().wait(begin + 10s);
  std::jthread const other([this] { lane().wake(); });
  lane().wait(begin + 10s);
  BOOST_TEST((clock::now() < begin + 10s));
}

BOOST_FIXTURE_TEST_CASE(a_partial_frame_is_no_news_for_the_socket, wire) {
  far.say(framed("hello").substr(0, 10));
  BOOST_TEST(lane().poll());
  (void)near.rang();
  BOOST_TEST(!near.rang());
  far.say(framed("hello").substr(10));
  BOOST_TEST(lane().poll());
  BOOST_TEST(near.rang());
}

BOOST_FIXTURE_TEST_CASE(a_sleeper_is_woken_when_what_was_left_may_be_read, wire) {
  while (far.say(framed(std::string(1000, 'x')))) turn();
  turn();
  std::jthread const receiver([this] {
    near.grant(1000);
    near.look();
  });
  lane().wait(clock::now() + 10s);
  BOOST_TEST(until([this] { return near.heard.size() > 150'000; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
