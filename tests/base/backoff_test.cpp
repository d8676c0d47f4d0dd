// SPDX-License-Identifier: MIT
#include "base/backoff.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace weft::base {

namespace {

using namespace std::chrono_literals;
using duration = backoff::duration;

bool within(duration pause, duration whole) { return whole / 2 <= pause && pause <= whole; }

}  // namespace

BOOST_AUTO_TEST_SUITE(backoff_pauses)

BOOST_AUTO_TEST_CASE(double_up_to_the_most_and_stay_there) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    backoff b(50ms, 300ms, seed);
    for (auto whole : {50ms, 100ms, 200ms, 300ms, 300ms, 300ms}) BOOST_TEST(within(b.next(), whole));
  }
}

BOOST_AUTO_TEST_CASE(start_over_after_a_reset) {
  backoff b(10ms, 10s, 1);
  for (int i = 0; i < 20; ++i) b.next();
  BOOST_TEST(within(b.next(), 10s));
  b.reset();
  BOOST_TEST(within(b.next(), 10ms));
  BOOST_TEST(within(b.next(), 20ms));
}

BOOST_AUTO_TEST_CASE(differ_from_neighbour_to_neighbour) {
  std::set<duration> pauses;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) pauses.insert(backoff(1s, 1s, seed * 7919).next());
  BOOST_TEST(pauses.size() > 90u);
}

BOOST_AUTO_TEST_CASE(are_never_negative_and_never_above_the_most_for_odd_bounds) {
  for (auto least : {-5s, 0s}) {
    backoff b(least, -1s, 3);
    for (int i = 0; i < 10; ++i) BOOST_TEST(within(b.next(), duration(1)));
  }
  // The most is at least the least.
  backoff swapped(2s, 1s, 3);
  for (int i = 0; i < 10; ++i) BOOST_TEST(within(swapped.next(), 2s));
}

BOOST_AUTO_TEST_CASE(do_not_overflow_at_the_longest_duration) {
  backoff b(1s, duration::max(), 3);
  for (int i = 0; i < 200; ++i) BOOST_TEST((b.next() > 0s));
  BOOST_TEST(within(b.next(), duration::max()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
