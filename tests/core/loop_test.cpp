// SPDX-License-Identifier: MIT
#include "core/loop.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/eventfd.h>

#include "base/fd.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

// Long enough for a machine under load; no test that passes waits for it.
constexpr auto patience = 10s;

struct counting_source final : ext::progress_source {
  bool poll() noexcept override { return ++polls, false; }
  void wait(clock::time_point) noexcept override {}
  void wake() noexcept override {}
  bool busy() const noexcept override { return is_busy; }
  std::atomic<int> polls{0};
  std::atomic<bool> is_busy{false};
};

bool readable(int fd, std::chrono::milliseconds within) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, static_cast<int>(within.count())) == 1;
}

void drain(loop& l) {
  while (l.serve_once()) {}
}

// A loop without a helper, driven by the test.
struct alone {
  loop l{false};
  std::string said;
};

// A loop with a thread that drives it, as an engine's helper does.
struct helped {
  loop l{true};
  std::jthread helper{[this](std::stop_token stop) { l.serve(stop); }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loop_)

BOOST_FIXTURE_TEST_CASE(runs_posted_work_in_order_and_once, alone) {
  for (auto* text : {"a", "b", "c"}) l.post([this, text] { said += text; });
  BOOST_TEST(said.empty());
  BOOST_TEST(l.serve_once());
  BOOST_TEST(!l.serve_once());
  BOOST_TEST(said == "abc");
}

BOOST_FIXTURE_TEST_CASE(runs_work_that_work_posts_behind_it, alone) {
  l.post([this] {
    l.post([this] { said += "c"; });
    said += "a";
  });
  l.post([this] { said += "b"; });
  drain(l);
  BOOST_TEST(said == "abc");
}

BOOST_FIXTURE_TEST_CASE(runs_the_work_of_each_thread_in_its_order, helped) {
  std::vector<int> seen[2];
  {
    std::vector<std::jthread> threads;
    for (auto& mine : seen)
      threads.emplace_back([this, &mine] {
        for (int i = 0; i < 1000; ++i) l.post([&mine, i] { mine.push_back(i); });
      });
  }
  l.run_there([] {});  // behind all of it
  for (auto& mine : seen) {
    BOOST_TEST(mine.size() == 1000u);
    BOOST_TEST(std::ranges::is_sorted(mine));
  }
}

BOOST_FIXTURE_TEST_CASE(knows_whether_a_thread_is_on_it, alone) {
  loop other(false);
  BOOST_TEST(!l.on_loop());
  std::vector<bool> seen;
  l.post([&] {
    seen.push_back(l.on_loop());
    seen.push_back(other.on_loop());
    // A loop may be driven from a callback of another's.
    other.post([&] { seen.push_back(other.on_loop()); });
    other.serve_once();
    seen.push_back(l.on_loop());
  });
  drain(l);
  BOOST_TEST((seen == std::vector<bool>{true, false, true, true}));
  BOOST_TEST(!l.on_loop());
}

BOOST_FIXTURE_TEST_CASE(runs_there_and_waits_without_a_helper, alone) {
  bool on = false;
  l.run_there([&] {
    on = l.on_loop();
    l.run_there([&] { said = "at once"; });
  });
  BOOST_TEST(on);
  BOOST_TEST(said == "at once");
}

BOOST_FIXTURE_TEST_CASE(runs_there_and_waits_for_the_helper, helped) {
  for (int i = 0; i < 1000; ++i) {
    std::thread::id where;
    l.run_there([&] { where = std::this_thread::get_id(); });
    BOOST_TEST((where == helper.get_id()));
  }
}

BOOST_FIXTURE_TEST_CASE(runs_there_for_several_threads_without_a_helper, alone) {
  int count = 0;  // guarded by the loop
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 300; ++i) l.run_there([&] { ++count; });
      });
  }
  BOOST_TEST(count == 900);
}

BOOST_FIXTURE_TEST_CASE(calls_alarms_when_due_and_forgets_the_destroyed, alone) {
  auto a = l.make_alarm(), b = l.make_alarm(), c = l.make_alarm();
  a->at(l.now(), [this] { said += "a"; });
  b->at(l.now(), [this] { said += "b"; });
  c->at(l.now(), [this] { said += "c"; });
  b.reset();
  c->cancel();
  drain(l);
  BOOST_TEST(said == "a");
}

BOOST_FIXTURE_TEST_CASE(wakes_its_helper_for_an_alarm_that_is_sooner, helped) {
  auto late = std::make_shared<std::unique_ptr<ext::alarm>>(), soon = std::make_shared<std::unique_ptr<ext::alarm>>();
  std::promise<void> rang;
  auto const when = clock::now() + 5ms;
  l.run_there([&] {
    *late = l.make_alarm();
    (*late)->at(clock::now() + 1h, [] {});
    *soon = l.make_alarm();
  });
  l.run_there([&] { (*soon)->at(when, [&] { rang.set_value(); }); });
  BOOST_TEST((rang.get_future().wait_for(patience) == std::future_status::ready));
  BOOST_TEST((clock::now() >= when));
  l.run_there([&] { late->reset(), soon->reset(); });
}

BOOST_FIXTURE_TEST_CASE(watches_descriptors, helped) {
  base::unique_fd const bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  std::unique_ptr<ext::watch> w;
  std::promise<bool> rang;
  l.run_there([&] {
    w = l.make_watch(bell.get(), [&](std::uint32_t) {
      w.reset();
      rang.set_value(l.on_loop());
    });
    w->events(true, false);
  });
  std::uint64_t const one = 1;
  BOOST_TEST(::write(bell.get(), &one, sizeof one) == 8);
  auto answer = rang.get_future();
  BOOST_TEST_REQUIRE((answer.wait_for(patience) == std::future_status::ready));
  BOOST_TEST(answer.get());
}

BOOST_FIXTURE_TEST_CASE(shows_posted_work_at_its_descriptor, alone) {
  l.post([] {});  // before anybody looks
  int const fd = l.attach();
  BOOST_TEST(readable(fd, patience));
  drain(l);
  BOOST_TEST(!readable(fd, 0ms));
  l.post([] {});
  BOOST_TEST(readable(fd, patience));
  drain(l);
  BOOST_TEST(!readable(fd, 0ms));
}

BOOST_FIXTURE_TEST_CASE(shows_work_that_came_while_it_was_driven_at_its_descriptor, alone) {
  int const fd = l.attach();
  l.post([this] { l.post([this] { said = "done"; }); });
  l.serve_once();
  BOOST_TEST(said.empty());
  BOOST_TEST(readable(fd, patience));
  l.serve_once();
  BOOST_TEST(said == "done");
}

BOOST_FIXTURE_TEST_CASE(shows_timers_at_its_descriptor, alone) {
  auto a = l.make_alarm();
  a->at(l.now() + 20ms, [this] { said = "rang"; });
  int const fd = l.attach();
  while (said.empty()) {
    BOOST_TEST_REQUIRE(readable(fd, patience));
    l.serve_once();
  }
  // Armed anew, and sooner than what is shown.
  a->at(l.now() + 1h, [] {});
  drain(l);
  BOOST_TEST(!readable(fd, 0ms));
  a->at(l.now() + 1ms, [this] { said = "again"; });
  while (said != "again") {
    BOOST_TEST_REQUIRE(readable(fd, patience));
    l.serve_once();
  }
}

BOOST_FIXTURE_TEST_CASE(shows_a_source_that_became_busy_at_its_descriptor, alone) {
  auto const source = std::make_shared<counting_source>();
  l.add(source);
  int const fd = l.attach();
  drain(l);
  source->is_busy = true;
  l.attend(*source);
  BOOST_TEST(readable(fd, patience));
  int const before = source->polls;
  l.serve_once();
  BOOST_TEST(source->polls > before);
  // And again, for as long as it is.
  BOOST_TEST(readable(fd, patience));
}

BOOST_FIXTURE_TEST_CASE(has_its_helper_drive_what_is_busy, helped) {
  auto const source = std::make_shared<counting_source>();
  l.add(source);
  source->is_busy = true;
  l.attend(*source);
  auto const until = clock::now() + patience;
  while (source->polls < 3 && clock::now() < until) std::this_thread::yield();
  BOOST_TEST(source->polls >= 3);
}

BOOST_FIXTURE_TEST_CASE(leaves_a_lane_to_its_caller, alone) {
  auto const source = std::make_shared<counting_source>();
  l.add(source);
  auto* lane = l.lane_of(source.get());
  BOOST_TEST_REQUIRE(lane);
  BOOST_TEST(&lane->source() == source.get());
  BOOST_TEST(lane->try_enter());
  l.serve_once();
  BOOST_TEST(source->polls == 0);
  lane->leave();
  l.serve_once();
  BOOST_TEST(source->polls == 1);
  counting_source stranger;
  BOOST_TEST(l.lane_of(&stranger) == nullptr);
}

/// Shows by a descriptor when it wants to be driven.
struct showing_source final : ext::progress_source {
  bool poll() noexcept override {
    ++polls;
    std::uint64_t count = 0;
    return ::read(bell.get(), &count, sizeof count) > 0;
  }
  void wait(clock::time_point) noexcept override {}
  void wake() noexcept override {}
  bool busy() const noexcept override { return true; }
  int pollable_fd() const noexcept override { return bell.get(); }
  void show() {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const sent = ::write(bell.get(), &one, sizeof one);
  }
  base::unique_fd bell{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::atomic<int> polls{0};
};

BOOST_FIXTURE_TEST_CASE(has_its_helper_sleep_till_a_lane_in_care_shows_something, helped) {
  auto const source = std::make_shared<showing_source>();
  l.add(source);
  l.attend(*source);
  auto const comes = [](auto const& holds) {
    auto const until = clock::now() + patience;
    while (!holds() && clock::now() < until) std::this_thread::yield();
    return holds();
  };
  BOOST_TEST(comes([&] { return source->polls > 0; }));
  for (int i = 0; i != 3; ++i) {
    int const before = source->polls;
    source->show();
    BOOST_TEST(comes([&] { return source->polls > before; }));
  }
}

BOOST_FIXTURE_TEST_CASE(forgets_the_lanes_of_a_socket_that_has_gone, alone) {
  auto const mine = std::make_shared<showing_source>(), others = std::make_shared<showing_source>(),
             nobodys = std::make_shared<showing_source>();
  l.add(mine, 1);
  l.add(others, 2);
  l.add(nobodys);
  l.forget(1);
  drain(l);
  BOOST_TEST(mine.use_count() == 1);
  BOOST_TEST(l.lane_of(mine.get()) == nullptr);
  BOOST_TEST(l.lane_of(others.get()) != nullptr);
  BOOST_TEST(l.lane_of(nobodys.get()) != nullptr);
}

BOOST_FIXTURE_TEST_CASE(forgets_a_lane_that_its_helper_has_in_care, helped) {
  auto const source = std::make_shared<showing_source>();
  l.add(source, 1);
  l.attend(*source);
  auto const until = clock::now() + patience;
  while (source->polls == 0 && clock::now() < until) std::this_thread::yield();
  l.forget(1);
  l.run_there([] {});
  l.run_there([] {});
  BOOST_TEST(source.use_count() == 1);
}

BOOST_FIXTURE_TEST_CASE(forgets_everything_when_it_retires, alone) {
  auto const shared = std::make_shared<counting_source>();
  l.add(shared);
  l.post([shared] {});
  timers::handle h;
  l.arm(h, l.now(), [shared] {});
  l.retire();
  h.reset();
  BOOST_TEST(shared.use_count() == 1);
  BOOST_TEST(!l.serve_once());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
