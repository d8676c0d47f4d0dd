// SPDX-License-Identifier: MIT
#include "core/sleepers.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

struct fixture {
  fixture() {
    for (auto* p : {&a, &b, &c}) all.join(*p);
  }
  parker a, b, c;
  sleepers all;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sleepers_, fixture)

BOOST_AUTO_TEST_CASE(who_was_not_rung_for_leaves_quietly) {
  for (auto* p : {&c, &a, &b}) {
    BOOST_TEST(all.any());
    BOOST_TEST(all.leave(*p));
  }
  BOOST_TEST(!all.any());
  BOOST_TEST(!all.wake_one());
}

BOOST_AUTO_TEST_CASE(wakes_the_one_asleep_longest) {
  BOOST_TEST(all.leave(a));
  all.join(a);
  BOOST_TEST(all.wake_one());
  BOOST_TEST(!all.leave(b));  // it is counted on to answer
  BOOST_TEST(all.leave(c));
  BOOST_TEST(all.leave(a));
}

BOOST_AUTO_TEST_CASE(wakes_all_who_sleep_now) {
  all.wake_all();
  BOOST_TEST(!all.any());
  for (auto* p : {&a, &b, &c}) BOOST_TEST(!all.leave(*p));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
