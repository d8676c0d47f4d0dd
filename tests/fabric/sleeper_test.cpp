// SPDX-License-Identifier: MIT
#include "fabric/sleeper.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>

namespace weft::fabric {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(a_sleeper)

BOOST_AUTO_TEST_CASE(remembers_a_wake_for_the_next_sleep_and_only_for_that) {
  sleeper s;
  BOOST_REQUIRE(s.open() == 0);
  int slept = 0;
  s.wake();
  s.wake();
  s.unless_woken([&] { ++slept; });
  BOOST_TEST(slept == 0);
  s.unless_woken([&] { ++slept; });
  BOOST_TEST(slept == 1);
}

BOOST_AUTO_TEST_CASE(is_woken_out_of_its_sleep) {
  sleeper s;
  BOOST_REQUIRE(s.open() == 0);
  bool rung = false;
  s.unless_woken([&] {
    s.wake();
    rung = s.poll(-1, 20s);
  });
  BOOST_TEST(rung);
}

BOOST_AUTO_TEST_CASE(ends_for_a_descriptor_without_being_rung) {
  sleeper s;
  BOOST_REQUIRE(s.open() == 0);
  base::unique_fd const ready(eventfd(1, EFD_CLOEXEC));
  BOOST_TEST(!s.poll(ready.get(), 20s));
  BOOST_TEST(!s.poll(-1, -1s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
