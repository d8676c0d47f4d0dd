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

BOOST_AUTO_TEST_CASE(hears_a_ring_once) {
  sleeper s;
  BOOST_REQUIRE(s.open() == 0);
  BOOST_TEST(!s.hush());
  BOOST_TEST(s.lie_down());
  s.wake();
  pollfd all[] = {readable(-1), readable(s.bell.get())};
  BOOST_TEST(poll_any(all, 20s));
  BOOST_TEST(!all[0].revents);
  BOOST_TEST(all[1].revents);
  BOOST_TEST(s.hush());
  BOOST_TEST(!s.hush());
  BOOST_TEST(!poll_any(all, 0s));
  BOOST_TEST(!s.lie_down());
  s.get_up();
  BOOST_TEST(s.lie_down());
}

BOOST_AUTO_TEST_CASE(looks_less_often_the_longer_nothing_comes) {
  auto pause = next_backoff({});
  BOOST_TEST((pause == 50us));
  BOOST_TEST((next_backoff(pause) == 100us));
  for (int i = 0; i != 100; ++i) pause = next_backoff(pause);
  BOOST_TEST((pause == 1ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
