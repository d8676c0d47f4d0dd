// SPDX-License-Identifier: MIT
// Of the cases of a select exactly one is taken, and the others consume nothing.
#include <weft/select.hpp>
#include <weft/weft.hpp>

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace weft {

namespace {

using namespace std::chrono_literals;

op_options soon() { return {.until = 30s}; }

struct stream {
  push_socket out;
  pull_socket in;
  stream(engine& home, std::string const& name) : out(home), in(home) {
    out.dial(in.listen("inproc://" + name));
    out.wait_for_peers(1, soon());
    in.wait_for_peers(1, soon());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(select_)

BOOST_AUTO_TEST_CASE(async_select) {
  engine home;
  stream a(home, "select-a"), b(home, "select-b");
  b.out.send("from b");
  std::string heard;
  auto const hear = [&](message m) { heard = m.text(); };
  auto const done = select(on_receive(a.in, hear), on_receive(b.in, hear), on_timer(30s));
  BOOST_TEST(done.index == 1u);
  BOOST_TEST(heard == "from b");
  BOOST_TEST(select(on_receive(a.in), on_receive(b.in), on_timer(1ms)).index == 2u);
}

BOOST_AUTO_TEST_CASE(a_select_waits_for_what_comes_later) {
  for (bool helper : {true, false}) {
    engine home({.helper = helper});
    stream a(home, "later-a"), b(home, "later-b");
    std::jthread sending([&] { b.out.send("late", soon()); });
    std::string heard;
    BOOST_TEST(select(on_receive(a.in), on_receive(b.in, [&](message m) { heard = m.text(); })).index == 1u);
    BOOST_TEST(heard == "late");
  }
}

BOOST_AUTO_TEST_CASE(a_stop_goes_before_a_closed_channel_before_a_ready_one) {
  channel<int> full(1), closed(1);
  full.send(1);
  closed.close();
  std::stop_source stop;
  auto const both = [&] { return select(on_receive(full), on_receive(closed), on_stop(stop.get_token())); };
  auto const done = both();
  BOOST_TEST(done.index == 1u);
  BOOST_TEST((done.error == errc::closed));
  stop.request_stop();
  BOOST_TEST(both().index == 2u);
  BOOST_TEST(full.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_send_that_is_not_taken_sends_nothing) {
  channel<int> full(1), other(1);
  full.send(1);
  other.send(7);
  int got = 0;
  BOOST_TEST(select(on_send(full, 2), on_receive(other, [&](int n) { got = n; })).index == 1u);
  BOOST_TEST(got == 7);
  BOOST_TEST(full.receive() == 1);
  BOOST_TEST(full.size() == 0u);
  bool sent = false;
  BOOST_TEST(select(on_send(full, 3, [&] { sent = true; }), on_receive(other)).index == 0u);
  BOOST_TEST(sent);
  BOOST_TEST(full.receive() == 3);
}

BOOST_AUTO_TEST_CASE(otherwise_never_waits) {
  channel<int> empty(1);
  bool fell = false;
  BOOST_TEST(select(on_receive(empty), otherwise([&] { fell = true; })).index == 1u);
  BOOST_TEST(fell);
}

BOOST_AUTO_TEST_CASE(what_is_ready_has_its_chance) {
  channel<int> a(1000), b(1000);
  for (int i = 0; i != 1000; ++i) a.send(i), b.send(i);
  std::array<int, 2> taken{};
  for (int i = 0; i != 1000; ++i) ++taken[select(on_receive(a), on_receive(b)).index];
  BOOST_TEST(taken[0] > 300);
  BOOST_TEST(taken[1] > 300);
}

BOOST_AUTO_TEST_CASE(descriptors_are_cases_too) {
  engine home;
  pair_socket left(home), right(home);
  left.dial(right.listen("inproc://select-fd"));
  left.wait_for_peers(1, soon());
  channel<int> never(1);
  int const fd = right.receive_fd();
  std::jthread sending([&] { left.send("m", soon()); });
  BOOST_TEST(select(on_receive(never), on_readable(fd)).index == 1u);
  BOOST_TEST(right.receive(soon()).text() == "m");
  std::jthread later([&] { never.send(1); });
  BOOST_TEST(select(on_receive(never), on_readable(fd)).index == 0u);
}

BOOST_AUTO_TEST_CASE(a_meeting_of_a_select_and_a_caller) {
  channel<int> c(0), never(0);
  auto got = std::async(std::launch::async, [&] { return c.receive(soon()); });
  BOOST_TEST(select(on_send(c, 5), on_receive(never)).index == 0u);
  BOOST_TEST(got.get() == 5);
  auto sent = std::async(std::launch::async, [&] { c.send(6, soon()); });
  int heard = 0;
  BOOST_TEST(select(on_receive(never), on_receive(c, [&](int n) { heard = n; })).index == 1u);
  BOOST_TEST(heard == 6);
  sent.get();
}

BOOST_AUTO_TEST_CASE(async_fan_in) {
  engine home;
  std::vector<std::unique_ptr<stream>> streams;
  std::vector<receiver> receivers;
  for (int i = 0; i != 4; ++i) {
    streams.push_back(std::make_unique<stream>(home, "fan-in-" + std::to_string(i)));
    receivers.push_back(streams.back()->in.receiver());
  }
  constexpr int each = 500;
  std::vector<std::jthread> senders;
  for (auto& s : streams)
    senders.emplace_back([&s] {
      for (int i = 0; i != each; ++i) s->out.send(std::to_string(i), soon());
    });
  auto all = merge(receivers);
  int count = 0;
  for ([[maybe_unused]] auto const& m : all)
    if (++count == 4 * each)
      for (auto& s : streams) s->in.close();
  BOOST_TEST(count == 4 * each);
  BOOST_TEST((all.receive_result().error() == errc::closed));
}

BOOST_AUTO_TEST_CASE(a_selector_keeps_its_cases) {
  channel<int> a(4), b(4);
  int sum = 0;
  selector all;
  auto const of_a = all.add(on_receive(a, [&](int n) { sum += n; }));
  auto const of_b = all.add(on_receive(b, [&](int n) { sum += 10 * n; }));
  BOOST_TEST((all.poll().error == errc::would_block));
  a.send(1);
  BOOST_TEST(all.wait(soon()).index == of_a);
  b.send(2);
  b.send(3);
  BOOST_TEST(all.wait(soon()).index == of_b);
  BOOST_TEST(all.wait(soon()).index == of_b);
  BOOST_TEST(sum == 51);
  BOOST_TEST((all.wait({.until = 1ms}).error == errc::timed_out));
  b.close();
  auto const end = all.wait(soon());
  BOOST_TEST((end.index == of_b && end.error == errc::closed));
  BOOST_TEST(all.size() == 1u);
  all.add(on_timer(1ms, [&] { sum = 0; }));
  BOOST_TEST(!all.wait(soon()).error);
  BOOST_TEST(sum == 0);
  BOOST_TEST(all.remove(of_a));
  BOOST_TEST((all.wait().error == errc::closed));
}

// 8 selects over 4 sockets: every message comes to exactly one of them.
BOOST_AUTO_TEST_CASE(losers_consume_nothing) {
  engine home;
  constexpr int sockets = 4, selects = 8, each = 2000;
  std::vector<std::unique_ptr<stream>> streams;
  for (int i = 0; i != sockets; ++i) streams.push_back(std::make_unique<stream>(home, "losers-" + std::to_string(i)));
  std::vector<std::multiset<std::string>> heard(selects);
  std::atomic<int> count{0};
  std::stop_source stop;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : heard)
      threads.emplace_back([&] {
        auto const hear = [&](message m) {
          mine.emplace(m.text());
          if (++count == sockets * each) stop.request_stop();
        };
        auto rx = [&](std::size_t i) { return on_receive(streams[i]->in, hear); };
        while (select(rx(0), rx(1), rx(2), rx(3), on_stop(stop.get_token()), on_timer(30s)).index < 4) continue;
      });
    for (std::size_t s = 0; s != sockets; ++s)
      threads.emplace_back([&, s] {
        for (int i = 0; i != each; ++i) streams[s]->out.send(std::to_string(s) + "/" + std::to_string(i), soon());
      });
  }
  std::multiset<std::string> all;
  for (auto& h : heard) all.insert(h.begin(), h.end());
  BOOST_TEST(all.size() == std::size_t{sockets * each});
  BOOST_TEST((std::set<std::string>(all.begin(), all.end()).size() == std::size_t{sockets * each}));
}

// A channel without a buffer.

BOOST_AUTO_TEST_CASE(two_selects_meet) {
  for (int round = 0; round != 2000; ++round) {
    channel<int> meets(0), nothing(0), nobody(0);
    std::atomic<int> sent{0};
    auto sending = std::async(std::launch::async, [&] {
      auto const done = select(on_receive(nothing), on_send(meets, 7, [&] { ++sent; }), on_timer(30s));
      return done.index == 1u && !done.error;
    });
    int got = 0;
    auto const done = select(on_receive(meets, [&](int n) { got = n; }), on_send(nobody, 1), on_timer(30s));
    BOOST_REQUIRE(done.index == 0u);
    BOOST_REQUIRE(got == 7);
    BOOST_REQUIRE(sending.get());
    BOOST_REQUIRE(sent == 1);
  }
}

BOOST_AUTO_TEST_CASE(who_never_waits_takes_what_a_select_offers) {
  channel<int> meets(0);
  auto sending = std::async(std::launch::async, [&] { return select(on_send(meets, 7), on_timer(30s)).index; });
  auto got = meets.try_receive();
  for (auto const end = clock::now() + 30s; !got && clock::now() < end; got = meets.try_receive())
    std::this_thread::yield();
  BOOST_REQUIRE(got);
  BOOST_TEST(*got == 7);
  BOOST_TEST(sending.get() == 0u);
  auto receiving = std::async(std::launch::async, [&] { return select(on_receive(meets), on_timer(30s)).index; });
  while (weft::select(on_send(meets, 8), otherwise()).index == 1u) std::this_thread::yield();
  BOOST_TEST(receiving.get() == 0u);
}

BOOST_AUTO_TEST_CASE(a_select_does_not_meet_itself) {
  channel<int> meets(0);
  BOOST_TEST(weft::select(on_receive(meets), on_send(meets, 1), on_timer(1ms)).index == 2u);
}

BOOST_AUTO_TEST_CASE(selectors_and_selects_meet_each_value_once) {
  // Two of each kind, in two directions, and a third channel where nobody ever is.
  constexpr int each = 2000;
  channel<int> one(0), other(0), never(0);
  std::array<std::vector<int>, 2> taken;
  std::atomic<int> gave_up{0};
  {
    std::vector<std::jthread> threads;
    for (int s = 0; s != 2; ++s)
      threads.emplace_back([&, s] {
        for (int i = 0; i != each; ++i) {
          int const value = s * each + i;
          auto const done = select(on_send(one, value), on_send(other, value), on_receive(never), on_timer(30s));
          if (done.index >= 2u) ++gave_up;
        }
      });
    threads.emplace_back([&] {
      selector all;
      auto const keep = [&](int n) { taken[0].push_back(n); };
      all.add(on_receive(one, keep));
      all.add(on_receive(other, keep));
      all.add(on_receive(never, keep));
      for (int i = 0; i != each; ++i)
        if (all.wait(soon()).error) ++gave_up;
    });
    threads.emplace_back([&] {
      auto const keep = [&](int n) { taken[1].push_back(n); };
      for (int i = 0; i != each; ++i)
        if (select(on_receive(other, keep), on_receive(one, keep), on_timer(30s)).index >= 2u) ++gave_up;
    });
  }
  BOOST_TEST(gave_up == 0);
  std::set<int> all(taken[0].begin(), taken[0].end());
  all.insert(taken[1].begin(), taken[1].end());
  BOOST_TEST(taken[0].size() + taken[1].size() == std::size_t{2 * each});
  BOOST_TEST(all.size() == std::size_t{2 * each});
}

BOOST_AUTO_TEST_CASE(a_selector_that_is_away_offers_nothing) {
  channel<int> meets(0);
  int got = 0;
  selector all;
  all.add(on_receive(meets, [&](int n) { got = n; }));
  int value = 7;
  BOOST_TEST((meets.try_send(value) == errc::would_block));
  BOOST_TEST((all.poll().error == errc::would_block));
  BOOST_TEST((meets.try_send(value) == errc::would_block));
  auto sending = std::async(std::launch::async, [&] { return select(on_send(meets, 7), on_timer(30s)).index; });
  BOOST_TEST(!all.wait(soon()).error);
  BOOST_TEST(got == 7);
  BOOST_TEST(sending.get() == 0u);
}

BOOST_AUTO_TEST_CASE(waits_that_give_up_leave_nothing_behind) {
  engine home({.helper = false});
  stream s(home, "given-up");
  auto rx = s.in.receiver();
  auto tx = s.out.sender();
  channel<int> nothing(0);
  auto const give_up = [&] {
    op_options const at_once{.until = clock::now()};
    std::error_code why;
    (void)rx.receive(at_once, why);
    BOOST_REQUIRE(why == errc::timed_out);
    BOOST_REQUIRE(nothing.receive_result(at_once).error() == errc::timed_out);
    BOOST_REQUIRE(weft::select(on_receive(rx), on_receive(nothing), on_send(nothing, 1), on_timer(0ms)).index == 3u);
    selector all;
    all.add(on_receive(rx));
    all.add(on_receive(nothing));
    BOOST_REQUIRE(all.wait(at_once).error == errc::timed_out);
  };
  for (int i = 0; i != 100; ++i) give_up();
  auto const before = test::heap_in_use();
  for (int i = 0; i != 10'000; ++i) give_up();
  // A waiter for each that stayed would be a megabyte.
  BOOST_TEST(test::heap_in_use() < before + 10'000);
  tx.send("m");
  BOOST_TEST(rx.receive(soon()).text() == "m");
}

BOOST_AUTO_TEST_CASE(closing_ends_every_select) {
  for (int round = 0; round != 50; ++round) {
    engine home;
    auto s = std::make_unique<pair_socket>(home);
    auto rx = s->receiver();
    std::vector<std::future<std::error_code>> waiting;
    for (int i = 0; i != 4; ++i)
      waiting.push_back(std::async(std::launch::async, [rx] { return select(on_receive(rx)).error; }));
    s.reset();
    for (auto& w : waiting) BOOST_TEST((w.get() == errc::closed));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
