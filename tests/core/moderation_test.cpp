// SPDX-License-Identifier: MIT
#include "core/moderation.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

clock::time_point const at_once{};

}  // namespace

BOOST_AUTO_TEST_SUITE(moderation_)

BOOST_AUTO_TEST_CASE(the_first_look_holds_up_nobody) {
  moderation m;
  BOOST_TEST(!m.holds());
  m.looked();
  BOOST_TEST(!m.holds());
  BOOST_TEST((m.next() == at_once));
}

BOOST_AUTO_TEST_CASE(who_looked_twice_looks_again_a_moment_later) {
  moderation m;
  m.looked();
  auto const before = clock::now();
  m.looked();
  BOOST_TEST((m.next() >= before + moderation::interval));
}

BOOST_AUTO_TEST_CASE(who_sends_waits_for_an_answer_and_is_not_held_up) {
  moderation m;
  for (int i = 0; i < 3; ++i) m.looked();
  m.sent();
  BOOST_TEST(!m.holds());
  BOOST_TEST((m.next() == at_once));
  m.looked();
  BOOST_TEST((m.next() == at_once));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
