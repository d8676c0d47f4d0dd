// SPDX-License-Identifier: MIT
#include "base/futex.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace weft::base {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto never = clock::time_point::max();

// The word of an atomic, as parker uses it.
std::uint32_t const* word_of(std::atomic<std::uint32_t>& a) { return reinterpret_cast<std::uint32_t const*>(&a); }

}  // namespace

BOOST_AUTO_TEST_SUITE(futex)

BOOST_AUTO_TEST_CASE(does_not_wait_on_a_word_that_has_changed) {
  std::atomic<std::uint32_t> word{1};
  futex_wait(word_of(word), 0, never);
  BOOST_TEST(word == 1u);
}

BOOST_AUTO_TEST_CASE(does_not_wait_past_its_deadline) {
  std::atomic<std::uint32_t> word{0};
  auto const until = clock::now() + 5ms;
  while (clock::now() < until) futex_wait(word_of(word), 0, until);
  // A deadline on the wrong clock would be decades away.
  BOOST_TEST((clock::now() - until < 10s));
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_a_deadline_that_has_passed) {
  std::atomic<std::uint32_t> word{0};
  auto const start = clock::now();
  for (auto when : {clock::time_point{}, clock::time_point(-1s), clock::time_point::min(), start})
    futex_wait(word_of(word), 0, when);
  BOOST_TEST((clock::now() - start < 10s));
}

BOOST_AUTO_TEST_CASE(wakes_who_waits_without_a_deadline) {
  // Ping-pong: each round is over only when both were woken, or never slept.
  std::atomic<std::uint32_t> word{0};
  constexpr std::uint32_t rounds = 2000;
  auto const play = [&](std::uint32_t mine) {
    for (std::uint32_t turn = mine; turn < rounds; turn += 2) {
      for (auto seen = word.load(); seen != turn; seen = word.load()) futex_wait(word_of(word), seen, never);
      word.store(turn + 1);
      futex_wake(word_of(word));
    }
  };
  std::jthread other(play, 1);
  play(0);
  other.join();
  BOOST_TEST(word == rounds);
}

BOOST_AUTO_TEST_CASE(wakes_one_sleeper_only_for_its_own_word) {
  std::atomic<std::uint32_t> word{0}, unrelated{0};
  futex_wake(word_of(unrelated));  // nobody there: nothing happens
  std::atomic<bool> awake{false};
  std::jthread sleeper([&] {
    while (word == 0) futex_wait(word_of(word), 0, never);
    awake = true;
  });
  futex_wake(word_of(unrelated));
  BOOST_TEST(!awake);
  word = 1;
  futex_wake(word_of(word));
  sleeper.join();
  BOOST_TEST(awake);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
