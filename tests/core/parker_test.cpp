// SPDX-License-Identifier: MIT
#include "core/parker.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

constexpr auto never = clock::time_point::max();

// What is under test, not a pause of this test's.
auto const park = std::mem_fn(&parker::sleep);

// Waits for its own wake() alone.
class napping final : public ext::progress_source {
 public:
  bool poll() noexcept override { return false; }
  bool busy() const noexcept override { return false; }
  void wait(clock::time_point) noexcept override {
    std::unique_lock lock(mutex_);
    ++waits;
    changed_.wait(lock, [this] { return woken_; });
    woken_ = false;
  }
  void wake() noexcept override {
    std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }

  int waits = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

// Two threads, many rounds: each offers the other a parker of this round, which is gone after it.
template <class Owner, class Other>
void race(int rounds, Owner const& owner, Other const& other) {
  std::atomic<parker*> offered{nullptr};
  std::jthread const partner([&] {
    for (int i = 0; i < rounds; ++i) {
      parker* p = nullptr;
      while (!(p = offered.exchange(nullptr))) std::this_thread::yield();
      other(*p);
    }
  });
  for (int i = 0; i < rounds; ++i) {
    std::optional<parker> here;
    here.emplace();
    offered = &*here;
    owner(*here);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parker_)

BOOST_AUTO_TEST_CASE(does_not_stay_when_it_was_notified_before) {
  parker p;
  p.notify()();
  park(p, never);
  p.notify()();
  p.notify()();
  park(p, never);
  BOOST_TEST(!p.finished());
}

BOOST_AUTO_TEST_CASE(uses_a_notification_up) {
  parker p;
  p.notify()();
  park(p, never);
  auto const until = clock::now() + 2ms;
  // Early returns are allowed; an unused notification would make each return early.
  int returns = 0;
  while (clock::now() < until) park(p, until), ++returns;
  BOOST_TEST(returns < 100);
}

BOOST_AUTO_TEST_CASE(stays_finished_whatever_comes_later) {
  parker p;
  p.finish()();
  p.notify()();
  for (int i = 0; i < 3; ++i) park(p, never);
  BOOST_TEST(p.finished());
}

BOOST_AUTO_TEST_CASE(wakes_nobody_who_is_awake) {
  parker p;
  auto const call = p.notify();
  BOOST_TEST(call.address == nullptr);
  BOOST_TEST(call.source == nullptr);
  auto const last = p.finish();
  BOOST_TEST(last.address == nullptr);
  BOOST_TEST(last.source == nullptr);
}

BOOST_AUTO_TEST_CASE(does_not_enter_a_source_when_it_was_notified_before) {
  napping source;
  parker p;
  p.notify()();
  p.sleep_in(source, never);
  BOOST_TEST(source.waits == 0);
  p.finish()();
  p.sleep_in(source, never);
  BOOST_TEST(source.waits == 0);
}

BOOST_AUTO_TEST_CASE(is_finished_by_another_thread_and_may_be_gone_at_once) {
  race(
      100'000,
      [](parker& p) {
        while (!p.finished()) park(p, never);
      },
      [](parker& p) { p.finish()(); });
}

BOOST_AUTO_TEST_CASE(loses_no_notification) {
  // Each side waits for the other's notification: one that is lost hangs both.
  parker mine, yours;
  std::atomic<int> turn{0};
  constexpr int rounds = 100'000;
  auto const play = [&](parker& here, parker& there, int first) {
    for (int i = first; i < rounds; i += 2) {
      while (turn.load() != i) park(here, never);
      turn = i + 1;
      there.notify()();
    }
  };
  {
    std::jthread const other([&] { play(yours, mine, 1); });
    play(mine, yours, 0);
  }
  BOOST_TEST(turn == rounds);
}

BOOST_AUTO_TEST_CASE(is_finished_though_a_notification_comes_at_the_same_time) {
  race(
      20'000,
      [](parker& p) {
        p.notify()();
        while (!p.finished()) park(p, never);
      },
      [](parker& p) {
        p.notify()();
        p.finish()();
      });
}

BOOST_AUTO_TEST_CASE(is_woken_inside_the_source_it_drives) {
  napping source;
  race(
      20'000,
      [&](parker& p) {
        while (!p.finished()) p.sleep_in(source, never);
      },
      [](parker& p) { p.finish()(); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
