// SPDX-License-Identifier: MIT
#include <weft/ext/bed.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace weft::ext {

BOOST_AUTO_TEST_SUITE(bed_)

BOOST_AUTO_TEST_CASE(a_wake_ends_the_next_sleep_and_only_that) {
  bed b;
  b.wake();
  b.wake();
  BOOST_TEST(b.rest(clock::time_point::max()));
  BOOST_TEST(!b.rest(clock::now()));
}

BOOST_AUTO_TEST_CASE(a_thread_that_sleeps_is_woken) {
  for (int round = 0; round != 200; ++round) {
    bed b;
    std::jthread waking([&] { b.wake(); });
    BOOST_TEST(b.rest(clock::time_point::max()));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ext
