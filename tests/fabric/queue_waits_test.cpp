// SPDX-License-Identifier: MIT
#include <weft/fabric/completion_queue.hpp>

#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

#include <poll.h>

#include <array>
#include <chrono>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);
auto const reliably = boost::unit_test::data::make(reliable);

constexpr int rounds = 50;

bool poll_for(completion_queue& q, clock::duration at_most) {
  pollfd there{.fd = q.fd().value_or(-1), .events = POLLIN, .revents = 0};
  return ::poll(&there, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count())) > 0;
}

/// What one loop of a program does: sleeps for as long as it may, and looks. \return whether nothing has woken it
bool turn(completion_queue& q) {
  auto const nap = q.may_sleep_for();
  bool const late = nap != nap.zero() && !poll_for(q, nap) && q.fd();
  q.dispatch();
  return late;
}

/// Receives posted at one end or another in turn, in a thread that sleeps until they come. Sleeps that nothing ends are
/// `late`: a few, when the sender has to wait for a processor. What is posted outlives the endpoints.
struct listener {
  std::array<bytes, rounds> in;
  std::array<remembered, rounds> got;
  std::atomic<int> posted{0};
  std::atomic<int> heard{0};
  int late = 0;

  template <class Nap>
  void listen(std::array<endpoint*, 2> at, Nap&& nap) {
    for (std::size_t n = 0; n != rounds; ++n) {
      in[n].resize(8);
      if (at[n % 2]->post_receive(got[n], {.bytes = in[n]}, {})) return;
      ++posted;
      for (auto const end = clock::now() + 20s; !got[n].done && clock::now() < end;) late += nap();
      if (!got[n].done) return;
      ++heard;
    }
  }
};

bool reaches(std::atomic<int> const& count, int wanted) {
  auto const end = clock::now() + 20s;
  while (count < wanted && clock::now() < end) std::this_thread::yield();
  return count >= wanted;
}

/// One message after the other, each when somebody waits for it.
void speak(listener& to, two& even, two& odd) {
  for (int n = 0; n != rounds; ++n) {
    auto& t = n % 2 == 0 ? even : odd;
    BOOST_REQUIRE(reaches(to.posted, n + 1));
    BOOST_REQUIRE(!t.a->send(pattern(8), {.to = t.to_b}, soon()));
    BOOST_REQUIRE(reaches(to.heard, n + 1));
  }
}

void hear_both(two& even, two& odd, listener& ears) {
  completion_queue* const both[] = {even.b->receives().get(), odd.b->receives().get()};
  std::jthread receiver([&] {
    ears.listen({even.b.get(), odd.b.get()}, [&] {
      bool const late = !wait_any(both, clock::time_point::max());
      for (auto* q : both) q->dispatch();
      return late;
    });
  });
  speak(ears, even, odd);
  receiver.join();
  BOOST_TEST(ears.late < rounds / 2);
}

void hear_in_a_loop(two& t, listener& ears) {
  auto& q = *t.b->receives();
  std::jthread receiver([&] { ears.listen({t.b.get(), t.b.get()}, [&] { return turn(q); }); });
  speak(ears, t, t);
  receiver.join();
  BOOST_TEST(ears.late < rounds / 2);
}

/// Turns of a loop that has nothing to do for so long. One that does not sleep takes some hundred thousand.
template <class Turn>
int turns_in(clock::duration time, Turn&& turn) {
  int turns = 0;
  for (auto const end = clock::now() + time; clock::now() < end; ++turns) turn(end);
  return turns;
}

void exchange(two& t) {
  bytes in(8);
  mover const moves(*t.b);
  auto came = std::async(std::launch::async, [&] { return t.b->receive(in, {}, soon()); });
  BOOST_REQUIRE(!t.a->send(pattern(8), {.to = t.to_b}, soon()));
  BOOST_REQUIRE(came.get().has_value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_loop_of_ones_own)

BOOST_DATA_TEST_CASE(hears_what_comes, everything, over) {
  listener ears;
  auto const t = two_over(over);
  if (t) hear_in_a_loop(*t, ears);
}

BOOST_DATA_TEST_CASE(sleeps_while_nothing_comes, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  exchange(*t);
  BOOST_TEST(turns_in(300ms, [&](auto) { turn(*t->b->receives()); }) < 1000);
}

BOOST_DATA_TEST_CASE(has_a_descriptor_where_the_queue_sleeps_on_one, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto const& q = *t->b->receives();
  BOOST_TEST(q.fd().has_value() == (q.waits_on() != wait_kind::backoff));
  auto const none = completion_queue::open(t->b->domain(), {.wait = wait_kind::backoff}).value();
  BOOST_TEST(!none->fd().has_value());
}

BOOST_DATA_TEST_CASE(does_not_sleep_on_what_is_there_already, everything, over) {
  remembered got;
  bytes in(8);
  auto const t = two_over(over);
  if (!t) return;
  if (over.is("udp")) return skip(over, "cancels no receives");
  auto& q = *t->b->receives();
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  BOOST_REQUIRE(!t->b->cancel(got));
  auto const nap = q.may_sleep_for();
  BOOST_TEST((nap == clock::duration() || (q.fd() && poll_for(q, {}))));
  BOOST_TEST(q.dispatch() == 1u);
  BOOST_TEST(got.done);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_wait_for_any_of_several_queues)

BOOST_DATA_TEST_CASE(hears_each_of_them, reliably, over) {
  listener ears;
  auto const even = two_over(over), odd = two_over(over);
  if (even && odd) hear_both(*even, *odd, ears);
}

// Of which one has no descriptor to sleep on.
BOOST_DATA_TEST_CASE(hears_queues_of_two_kinds, reliably, over) {
  listener ears;
  auto const even = two_over(over), odd = two_over({"shm", endpoint_type::rdm});
  if (even && odd) hear_both(*even, *odd, ears);
}

BOOST_DATA_TEST_CASE(sleeps_while_nothing_comes, reliably, over) {
  auto const one = two_over(over), other = two_over(over);
  if (!one || !other) return;
  exchange(*one);
  exchange(*other);
  completion_queue* const both[] = {one->b->receives().get(), other->b->receives().get()};
  auto const turn = [&](auto until) {
    wait_any(both, until);
    for (auto* q : both) q->dispatch();
  };
  BOOST_TEST(turns_in(300ms, turn) < 100);
}

BOOST_DATA_TEST_CASE(ends_early_for_a_wake_of_any_of_them_once, reliably, over) {
  auto const one = two_over(over), other = two_over(over);
  if (!one || !other) return;
  completion_queue* const both[] = {one->b->receives().get(), other->b->receives().get()};
  for (auto* q : both) {
    q->wake();
    BOOST_TEST(wait_any(both, clock::time_point::max()));
    for (int n = 0; n != 100 && wait_any(both, clock::now() + 1ms); ++n)  // of connections, perhaps
      for (auto* each : both) each->dispatch();
    BOOST_TEST(!wait_any(both, clock::now() + 1ms));
  }
  BOOST_TEST(!wait_any(both, clock::time_point::min()));
  BOOST_TEST(!wait_any({}, clock::now() + 1ms));
}

// Those that are lost end late, as do those of a thread that has to wait for its turn.
BOOST_DATA_TEST_CASE(is_woken_from_another_thread, reliably, over) {
  std::atomic<int> begun{0}, ended{0}, late{0};
  auto const one = two_over(over), other = two_over(over);
  if (!one || !other) return;
  exchange(*one);
  exchange(*other);
  completion_queue* const both[] = {one->b->receives().get(), other->b->receives().get()};
  std::jthread sleeper([&] {
    for (int n = 0; n != rounds; ++n) {
      ++begun;
      late += !wait_any(both, clock::time_point::max());
      for (auto* q : both) q->dispatch();
      ++ended;
    }
  });
  for (int n = 0; n != rounds; ++n) {
    BOOST_REQUIRE(reaches(begun, n + 1));
    both[n % 2]->wake();
    BOOST_REQUIRE(reaches(ended, n + 1));
  }
  sleeper.join();
  BOOST_TEST(late < rounds / 2);
  BOOST_TEST(turns_in(100ms, [&](auto until) { wait_any(both, until); }) < 100);  // the ringing has ended
}

BOOST_DATA_TEST_CASE(does_not_mind_one_twice, reliably, over) {
  listener ears;
  auto const t = two_over(over);
  if (t) hear_both(*t, *t, ears);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
