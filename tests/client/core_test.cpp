// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace weft::fabric {

namespace {

auto const dependable = boost::unit_test::data::make(reliable);

void without_helper(client_options& o) { o.helper = false; }

}  // namespace

BOOST_AUTO_TEST_SUITE(the_core_of_a_client)

BOOST_DATA_TEST_CASE(serves_many_threads_at_once, dependable, over) {
  auto const c = couple_over(over, [](client_options& o) { o.max_message = 4096; });
  if (!c) return;
  constexpr int threads = 3, each = 50;
  std::atomic<int> got{0}, failed{0};
  {
    std::vector<std::jthread> all;
    for (int t = 0; t != threads; ++t) {
      all.emplace_back([&] {
        for (int i = 0; i != each; ++i) failed += bool(c->a.send(as_bytes("x"), soon()));
      });
      all.emplace_back([&] {
        for (int i = 0; i != each; ++i) got += c->b.receive(soon()).has_value();
      });
    }
  }
  BOOST_TEST(failed == 0);
  BOOST_TEST(got == threads * each);
}

BOOST_DATA_TEST_CASE(lets_many_threads_drive_it, dependable, over) {
  auto const c = couple_over(over, without_helper);
  if (!c) return;
  std::atomic<int> got{0};
  std::atomic<bool> over_now{false};
  {
    std::vector<std::jthread> all;
    for (int t = 0; t != 2; ++t)
      all.emplace_back([&] {
        for (int i = 0; i != 20; ++i) got += c->b.receive(soon()).has_value();
        if (got == 40) over_now = true;
      });
    for (int i = 0; i != 40; ++i) BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
    while (!over_now) c->a.dispatch(clock::now() + 1ms);
  }
  BOOST_TEST(got == 40);
}

BOOST_DATA_TEST_CASE(fulfils_promises_in_dispatch, dependable, over) {
  auto const c = couple_over(over, without_helper);
  if (!c) return;
  auto got = c->b.receive_async();
  auto sent = c->a.send_async(as_bytes("by hand"));
  while (got.wait_for(0s) != std::future_status::ready || sent.wait_for(0s) != std::future_status::ready) {
    c->a.dispatch();
    c->b.dispatch();
    std::this_thread::yield();
  }
  BOOST_TEST(got.get().text() == "by hand");
}

BOOST_DATA_TEST_CASE(can_be_closed_in_its_own_handler, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  std::promise<void> closed;
  auto const on = c->b.on_receive([&](incoming const&) {
    c->b.close();
    closed.set_value();
  });
  BOOST_TEST(!c->a.send(as_bytes("enough"), soon()));
  closed.get_future().get();
  BOOST_TEST((c->b.receive(soon()).error() == errc::closed));
}

// Some hundred wake-ups a second are a percent; one that spins takes it all.
BOOST_DATA_TEST_CASE(costs_little_cpu_while_nothing_comes, dependable, over) {
  if (over.is("sockets")) return skip(over, "spins in threads of its own");
  auto const c = couple_over(over);
  if (!c) return;
  auto const cpu = [] {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
  };
  auto const before = cpu();
  BOOST_TEST((c->b.receive({.until = 200ms}).error() == errc::timed_out));
  BOOST_TEST((cpu() - before < 100ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
