// SPDX-License-Identifier: MIT
#include "core/lane.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

constexpr auto never = clock::time_point::max();

// What is under test, not a pause of this test's.
auto const park = std::mem_fn(&parker::sleep);

struct idle_source final : ext::progress_source {
  bool poll() noexcept override { return false; }
  void wait(clock::time_point) noexcept override { ++waits; }
  void wake() noexcept override {}
  bool busy() const noexcept override { return is_busy; }
  bool is_busy = false;
  int waits = 0;  // zero after sleep_in(): whoever would have slept was notified
};

struct fixture {
  std::shared_ptr<idle_source> source = std::make_shared<idle_source>();
  core::lane lane{source};
};

// As callers do: queue up, look once more, park.
void enter(lane& l) {
  while (!l.try_enter()) {
    parker here;
    lane::place const in_line(l, here);
    if (l.try_enter()) return;
    park(here, never);
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lane_, fixture)

BOOST_AUTO_TEST_CASE(has_one_driver_at_a_time) {
  BOOST_TEST(&lane.source() == source.get());
  BOOST_TEST(!lane.driven());
  BOOST_TEST(lane.try_enter());
  BOOST_TEST(lane.driven());
  BOOST_TEST(!lane.try_enter());
  lane.leave();
  BOOST_TEST(!lane.driven());
  BOOST_TEST(lane.try_enter());
}

BOOST_AUTO_TEST_CASE(counts_its_turns) {
  auto const before = lane.turns();
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(lane.try_enter());
    lane.leave();
  }
  BOOST_TEST(lane.turns() == before + 3);
}

BOOST_AUTO_TEST_CASE(wakes_the_first_in_the_queue) {
  parker first, second;
  BOOST_TEST(lane.try_enter());
  std::optional<lane::place> in_front(std::in_place, lane, first);
  lane::place const behind(lane, second);
  lane.leave();
  park(first, never);  // notified: does not stay
  BOOST_TEST(lane.try_enter());
  in_front.reset();
  lane.leave();
  park(second, never);
}

BOOST_AUTO_TEST_CASE(forgets_who_left_the_queue) {
  parker stays;
  BOOST_TEST(lane.try_enter());
  {
    parker gone;
    lane::place const in_front(lane, gone);
  }
  lane::place const in_line(lane, stays);
  lane.leave();
  park(stays, never);
}

BOOST_AUTO_TEST_CASE(wakes_the_next_when_the_first_takes_no_turn) {
  parker served, next;
  BOOST_TEST(lane.try_enter());
  std::optional<lane::place> in_front(std::in_place, lane, served);
  lane::place const behind(lane, next);
  served.finish()();
  lane.leave();  // for the first, who has nothing to wait for any more
  in_front.reset();
  park(next, never);
}

BOOST_AUTO_TEST_CASE(wakes_nobody_for_who_takes_the_turn) {
  parker first, next;
  BOOST_TEST(lane.try_enter());
  std::optional<lane::place> in_front(std::in_place, lane, first);
  lane::place const behind(lane, next);
  lane.leave();
  BOOST_TEST(lane.try_enter());
  in_front.reset();
  next.sleep_in(*source, never);
  BOOST_TEST(source->waits == 1);
  lane.leave();
  next.sleep_in(*source, never);
  BOOST_TEST(source->waits == 1);
}

BOOST_AUTO_TEST_CASE(needs_the_helper_for_an_audience_or_work_in_hand) {
  BOOST_TEST(!lane.needs_helper());
  lane.add_audience(2);
  BOOST_TEST(lane.needs_helper());
  lane.add_audience(-1);
  BOOST_TEST(lane.needs_helper());
  lane.add_audience(-1);
  BOOST_TEST(!lane.needs_helper());
  source->is_busy = true;
  BOOST_TEST(lane.needs_helper());
}

BOOST_AUTO_TEST_CASE(gives_four_threads_their_turns) {
  constexpr int rounds = 20'000;
  int plain = 0;  // guarded by the lane alone
  std::atomic<int> inside{0}, crowded{0};
  std::latch start(4);
  auto const drive = [&] {
    start.arrive_and_wait();
    for (int i = 0; i < rounds; ++i) {
      enter(lane);
      if (++inside != 1) ++crowded;
      ++plain;
      // Now and then somebody else runs into a lane that is taken.
      if (i % 16 == 0) std::this_thread::yield();
      --inside;
      lane.leave();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(drive);
  }
  BOOST_TEST(plain == 4 * rounds);
  BOOST_TEST(crowded == 0);
  BOOST_TEST(lane.turns() == 4u * rounds);
  BOOST_TEST(!lane.driven());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
