// SPDX-License-Identifier: MIT
#include <weft/fabric/completion_queue.hpp>

#include "support/fabric_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <semaphore>
#include <thread>
#include <vector>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

auto const each = boost::unit_test::data::make(everywhere);

constexpr std::uint64_t tag = 42;

std::chrono::nanoseconds cpu_of_this_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

// One message each way, so that the two ends are connected.
void connect(pair& p) {
  char in[2];
  noted a, b;
  BOOST_REQUIRE(p.a->trecv(a, &in[0], 1, nullptr, tag, 0) == 0);
  BOOST_REQUIRE(p.b->trecv(b, &in[1], 1, nullptr, tag, 0) == 0);
  BOOST_REQUIRE(p.post([&] { return p.a->tinject("x", 1, p.to_b, tag); }) == 0);
  BOOST_REQUIRE(p.post([&] { return p.b->tinject("x", 1, p.to_a, tag); }) == 0);
  BOOST_REQUIRE(p.drive_until([&] { return a.times && b.times; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_completion_queue)

BOOST_DATA_TEST_CASE(that_is_empty_has_nothing, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  std::array<entry, 4> some;
  BOOST_TEST(p->a->completions().read(some) == 0u);
  BOOST_TEST(!p->a->completions().broken());
}

BOOST_DATA_TEST_CASE(gives_failed_operations_one_by_one_and_then_goes_on, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  auto& q = p->b->completions();
  char in[8];
  noted received[3];
  for (auto& r : received) BOOST_REQUIRE(p->b->trecv(r, in, sizeof in, nullptr, tag, 0) == 0);
  for (auto& r : received) BOOST_REQUIRE(p->b->cancel(r) == 0);
  std::array<entry, 1> one;
  for (int seen = 0; seen != 3;) {
    if (q.read(one) == 0) continue;
    BOOST_TEST((one[0].what.error == std::errc::operation_canceled));
    BOOST_TEST(!q.text(one[0].what).empty());
    one[0].complete();
    ++seen;
  }
  for (auto& r : received) BOOST_TEST(r.times == 1);
  connect(*p);
  BOOST_TEST(!q.broken());
}

BOOST_AUTO_TEST_CASE(says_how_much_of_a_message_did_not_fit) {
  auto const p = pair_over("ofi+sockets");  // the others lose count, or hang
  if (!p) return;
  char in[4];
  noted sent, received;
  BOOST_REQUIRE(p->b->trecv(received, in, sizeof in, nullptr, tag, 0) == 0);
  BOOST_REQUIRE(p->post([&] { return p->a->tsend(sent, "sixteen bytes...", 16, nullptr, p->to_b, tag); }) == 0);
  BOOST_REQUIRE(p->drive_until([&] { return received.times; }));
  BOOST_TEST((received.last.error == std::errc::message_size), received.last.error.message());
  BOOST_TEST(received.last.missing == 12u);
}

BOOST_DATA_TEST_CASE(waits_as_the_table_says, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  BOOST_TEST((p->a->completions().waits_on() == facts_of(p->a->info()).waits_on));
}

BOOST_DATA_TEST_CASE(ends_its_wait_in_time, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  auto const begin = clock::now();
  p->a->completions().wait(begin + 2ms);
  p->a->completions().wait(begin - 1s);
  p->a->completions().wait(clock::time_point::max());  // 100 ms
  BOOST_TEST((clock::now() - begin < 5s));
}

// A round takes 100 ms when its wake is lost.
BOOST_DATA_TEST_CASE(wakes_from_another_thread, each, scheme) {
  constexpr int rounds = 200;
  auto const p = pair_over(scheme);
  if (!p) return;
  connect(*p);
  auto& q = p->a->completions();
  std::counting_semaphore<> ready(0);
  std::atomic<int> begun{0};
  std::jthread waiter([&] {
    for (int i = 0; i != rounds; ++i) {
      ++begun;
      q.wait(clock::time_point::max());
      ready.release();
    }
  });
  auto const start = clock::now();
  for (int i = 0; i != rounds; ++i) {
    while (begun.load() <= i) std::this_thread::yield();
    q.wake();
    ready.acquire();
  }
  BOOST_TEST((clock::now() - start < rounds * 50ms));
}

BOOST_DATA_TEST_CASE(remembers_a_wake_for_the_next_wait_and_only_for_that, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  auto& q = p->a->completions();
  auto const start = clock::now();
  for (int i = 0; i != 20; ++i) {
    q.wake();
    q.wake();
    q.wait(clock::time_point::max());
  }
  BOOST_TEST((clock::now() - start < 1s));
}

// As above: a message that does not end the wait costs 100 ms.
BOOST_DATA_TEST_CASE(ends_its_wait_when_a_message_comes, each, scheme) {
  constexpr int rounds = 100;
  auto const p = pair_over(scheme);
  if (!p) return;
  connect(*p);
  auto& q = p->b->completions();
  std::atomic<int> answered{0};
  std::jthread receiver([&] {
    char in = 0;
    std::array<entry, 4> some;
    for (int i = 0; i != rounds; ++i) {
      noted received;
      if (p->b->trecv(received, &in, 1, nullptr, tag, 0) != 0) return;
      answered.store(2 * i + 1);
      while (!received.times) {
        q.wait(clock::time_point::max());
        for (auto n = q.read(some); n > 0;) some[--n].complete();
      }
      answered.store(2 * i + 2);
    }
  });
  std::array<entry, 4> some;
  auto look = [&] {
    (void)p->a->completions().read(some);
    std::this_thread::yield();
  };
  auto const start = clock::now();
  for (int i = 0; i != rounds; ++i) {
    while (answered.load() < 2 * i + 1) std::this_thread::yield();
    while (is_again(p->a->tinject("x", 1, p->to_b, tag))) look();
    while (answered.load() == 2 * i + 1) look();
  }
  BOOST_TEST((clock::now() - start < rounds * 50ms));
}

BOOST_DATA_TEST_CASE(that_is_idle_costs_next_to_nothing, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  connect(*p);
  std::array<entry, 4> some;
  auto const until = clock::now() + 300ms;
  auto const before = cpu_of_this_thread();
  while (clock::now() < until) {
    (void)p->b->completions().read(some);
    p->b->completions().wait(until);
  }
  BOOST_TEST((cpu_of_this_thread() - before < 60ms));
}

BOOST_DATA_TEST_CASE(gives_what_a_wait_has_found, each, scheme) {
  auto const p = pair_over(scheme);
  if (!p) return;
  connect(*p);
  char in = 0;
  noted received;
  BOOST_REQUIRE(p->b->trecv(received, &in, 1, nullptr, tag, 0) == 0);
  BOOST_REQUIRE(p->post([&] { return p->a->tinject("x", 1, p->to_b, tag); }) == 0);
  std::array<entry, 4> some;
  for (auto end = clock::now() + 20s; !received.times && clock::now() < end;) {
    (void)p->a->completions().read(some);
    p->b->completions().wait(end);
    for (auto n = p->b->completions().read(some); n > 0;) some[--n].complete();
  }
  BOOST_TEST(received.times == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
