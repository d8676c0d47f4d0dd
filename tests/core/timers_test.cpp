// SPDX-License-Identifier: MIT
#include "core/timers.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

// Turns its own clock.
struct fixture {
  clock::time_point at(int seconds) const { return start + std::chrono::seconds(seconds); }
  std::function<void()> say(std::string text) {
    return [this, text] { said += text; };
  }

  clock::time_point const start = clock::now();
  timers all;
  timers::handle a, b, c;
  std::string said;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(timers_, fixture)

BOOST_AUTO_TEST_CASE(run_soonest_first_and_those_of_one_time_in_order) {
  timers::handle d;
  all.arm(a, at(3), say("a"));
  all.arm(b, at(1), say("b"));
  all.arm(c, at(2), say("c"));
  all.arm(d, at(2), say("d"));
  BOOST_TEST(all.run_due(at(10)));
  BOOST_TEST(said == "bcda");
}

BOOST_AUTO_TEST_CASE(run_when_due_and_once) {
  all.arm(a, at(1), say("a"));
  BOOST_TEST(!all.run_due(at(1) - 1ns));
  BOOST_TEST(said.empty());
  BOOST_TEST(all.run_due(at(1)));
  BOOST_TEST(!all.run_due(at(1)));
  BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(say_whether_the_new_one_is_the_soonest) {
  BOOST_TEST(all.arm(a, at(5), say("a")));
  BOOST_TEST(!all.arm(b, at(6), say("b")));
  BOOST_TEST(!all.arm(b, at(5), say("b")));
  BOOST_TEST(all.arm(c, at(4), say("c")));
}

BOOST_AUTO_TEST_CASE(know_when_the_next_is_due) {
  BOOST_TEST((all.next() == clock::time_point::max()));
  all.arm(a, at(5), say("a"));
  all.arm(b, at(4), say("b"));
  BOOST_TEST((all.next() == at(4)));
  all.disarm(b);
  BOOST_TEST((all.next() == at(5)));
  all.run_due(at(5));
  BOOST_TEST((all.next() == clock::time_point::max()));
}

BOOST_AUTO_TEST_CASE(forget_what_is_disarmed) {
  all.arm(a, at(1), say("a"));
  all.disarm(a);
  all.disarm(a);
  BOOST_TEST(!a);
  BOOST_TEST(!all.run_due(at(2)));
  BOOST_TEST(said.empty());
}

BOOST_AUTO_TEST_CASE(move_what_is_armed_again) {
  all.arm(a, at(1), say("old"));
  all.arm(a, at(2), say("new"));
  BOOST_TEST(!all.run_due(at(1)));
  all.run_due(at(2));
  BOOST_TEST(said == "new");
}

BOOST_AUTO_TEST_CASE(may_be_disarmed_by_a_callback_before_them) {
  all.arm(a, at(1), [this] { all.disarm(b); });
  all.arm(b, at(1), say("b"));
  BOOST_TEST(all.run_due(at(1)));
  BOOST_TEST(said.empty());
}

BOOST_AUTO_TEST_CASE(may_be_disarmed_and_armed_anew_by_their_own_callback) {
  all.arm(a, at(1), [this] {
    all.disarm(a);
    all.arm(a, at(2), say("again"));
  });
  all.run_due(at(1));
  BOOST_TEST(said.empty());
  BOOST_TEST((all.next() == at(2)));
  all.run_due(at(2));
  BOOST_TEST(said == "again");
}

BOOST_AUTO_TEST_CASE(let_go_of_their_callback_when_disarmed_or_cleared) {
  auto const shared = std::make_shared<int>(0);
  all.arm(a, at(1), [shared] {});
  all.disarm(a);
  BOOST_TEST(shared.use_count() == 1);
  all.arm(b, at(1), [shared] {});
  all.clear();
  BOOST_TEST(!all.run_due(at(9)));
  // The handle still refers to it; disarming what was cleared is harmless.
  all.disarm(b);
  BOOST_TEST(shared.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(may_be_used_again_once_cleared) {
  all.arm(a, at(1), say("a"));
  all.arm(b, at(2), say("b"));
  all.clear();
  BOOST_TEST((all.next() == clock::time_point::max()));
  BOOST_TEST(all.arm(a, at(3), say("new")));
  all.run_due(at(9));
  BOOST_TEST(said == "new");
}

BOOST_AUTO_TEST_CASE(allow_the_end_of_time) {
  all.arm(a, clock::time_point::max(), say("never"));
  BOOST_TEST(!all.run_due(at(1000000)));
  all.arm(b, clock::time_point::min(), say("long ago"));
  BOOST_TEST(all.run_due(start));
  BOOST_TEST(said == "long ago");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
