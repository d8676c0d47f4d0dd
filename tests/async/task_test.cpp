// SPDX-License-Identifier: MIT
#include <weft/task.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace weft {

namespace {

using namespace std::chrono_literals;

op_options soon() { return {.until = 30s}; }

/// Two pairs that know each other, and an engine that the test drives.
struct stage {
  engine home{{.helper = false}};
  pair_socket a{home}, b{home};

  stage() {
    a.dial(b.listen("inproc://tasks"));
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
  }
  template <class T>
  bool finishes(task<T>& t) {
    for (auto const end = clock::now() + 30s; !t.is_done(); home.poll())
      if (clock::now() > end) return false;
    return true;
  }
};

task<std::string> hear(pair_socket& s) {
  auto const m = co_await s.receive_async();
  co_return std::string(m.text());
}

task<int> play(pair_socket& s, int rounds) {
  int n = 0;
  for (; n != rounds; ++n) {
    co_await s.send_async(message("ping"));
    if (co_await hear(s) != "ping") break;
  }
  co_return n;
}

task<> echo(pair_socket& s) {
  for (;;) {
    message m = co_await s.receive_async();
    co_await s.send_async(std::move(m));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(task_)

BOOST_FIXTURE_TEST_CASE(coroutines_play_ping_pong, stage) {
  auto other = echo(b);
  auto mine = play(a, 100);
  other.start();
  mine.start();
  BOOST_TEST(finishes(mine));
  BOOST_TEST(mine.get() == 100);
  b.close();
  BOOST_TEST(finishes(other));
  BOOST_CHECK_EXCEPTION(other.get(), std::system_error, [](auto& e) { return e.code() == errc::closed; });
}

BOOST_FIXTURE_TEST_CASE(one_destroyed_while_it_waits_takes_nothing_along, stage) {
  {
    auto gone = hear(b);
    gone.start();
    home.poll();
    a.send("for who comes after");
  }
  auto next = hear(b);
  next.start();
  BOOST_TEST(finishes(next));
  BOOST_TEST(next.get() == "for who comes after");
}

BOOST_FIXTURE_TEST_CASE(a_stop_goes_along_to_what_is_awaited, stage) {
  std::stop_source stop;
  auto t = play(a, 1);
  t.start(stop.get_token());
  home.poll();
  stop.request_stop();
  BOOST_TEST(finishes(t));
  BOOST_CHECK_EXCEPTION(t.get(), std::system_error, [](auto& e) { return e.code() == errc::canceled; });
}

BOOST_FIXTURE_TEST_CASE(a_deadline_ends_a_wait, stage) {
  auto t = [](pair_socket& s) -> task<> { (void)co_await s.receive_async({.until = 1ms}); }(b);
  t.start();
  BOOST_TEST(finishes(t));
  BOOST_CHECK_EXCEPTION(t.get(), std::system_error, [](auto& e) { return e.code() == errc::timed_out; });
}

BOOST_FIXTURE_TEST_CASE(a_select_is_awaited, stage) {
  channel<int> numbers(1);
  auto t = [](pair_socket& s, channel<int> c) -> task<std::size_t> {
    auto const first = co_await async_select(on_receive(s), on_timer(1ms));
    auto const second = co_await async_select(on_receive(s), on_receive(c));
    co_return 10 * first.index + second.index;
  }(b, numbers);
  t.start();
  std::jthread sending([&] { numbers.send(1); });
  BOOST_TEST(finishes(t));
  BOOST_TEST(t.get() == 11u);
}

BOOST_FIXTURE_TEST_CASE(a_select_is_met_by_another, stage) {
  channel<int> numbers(0);
  int got = 0;
  auto t = [](pair_socket& s, channel<int> c, int& to) -> task<std::size_t> {
    co_return (co_await async_select(on_receive(s), on_receive(c, [&](int n) { to = n; }))).index;
  }(b, numbers, got);
  t.start();
  auto sending = std::async(std::launch::async, [&] { return select(on_send(numbers, 7), on_timer(30s)).index; });
  BOOST_TEST(finishes(t));
  BOOST_TEST(t.get() == 1u);
  BOOST_TEST(got == 7);
  BOOST_TEST(sending.get() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_select_waits_for_a_descriptor, stage) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  auto const wait = [](pair_socket& s, int fd) -> task<std::size_t> {
    co_return (co_await async_select(on_receive(s), on_readable(fd))).index;
  };
  for (int i = 0; i != 2; ++i) {
    auto t = wait(b, ends[0]);
    t.start();
    home.poll();
    BOOST_TEST(!t.is_done());
    auto writing = std::async(std::launch::async, [&] { return ::write(ends[1], "x", 1); });
    BOOST_TEST(finishes(t));
    BOOST_TEST(t.get() == 1u);
    BOOST_TEST(writing.get() == 1);
    char c = 0;
    BOOST_TEST(::read(ends[0], &c, 1) == 1);
  }
  {
    auto never = wait(b, ends[0]);  // destroyed while it waits
    never.start();
    home.poll();
  }
  home.poll();
  ::close(ends[0]);
  ::close(ends[1]);
  auto bad = wait(b, ends[0]);
  bad.start();
  BOOST_TEST(finishes(bad));
  BOOST_TEST(bad.get() == 2u);  // the number of cases: nothing was taken
}

BOOST_AUTO_TEST_CASE(a_helper_resumes_what_nobody_drives) {
  engine home;
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://tasks-helped"));
  a.wait_for_peers(1, soon());
  auto other = echo(b);
  other.start();
  for (int i = 0; i != 1000; ++i) {
    a.send("m", soon());
    BOOST_TEST(a.receive(soon()).text() == "m");
  }
  b.close();
  while (!other.is_done()) std::this_thread::yield();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
