// SPDX-License-Identifier: MIT
#include "core/waiter.hpp"

#include <weft/pair.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>

#include "core/socket.hpp"
#include "support/scripted_source.hpp"
#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

using namespace std::chrono_literals;
using test::soon;

// Who sleeps only the socket knows.
sleepers& sleepers_of(socket&);
template <auto Member>
struct open_up {
  friend sleepers& sleepers_of(socket& s) { return s.*Member; }
};
template struct open_up<&socket::sleepers_>;

// And what its waits have learned: that the last sleep was short, how long to look between two yields, and how many
// first looks in a row were in vain.
std::atomic<bool>& brief_sleep_of(socket&);
std::atomic<unsigned>& burst_of(socket&);
std::atomic<unsigned>& vain_looks_of(socket&);
template <auto Brief, auto Burst, auto Vain>
struct open_memory {
  friend std::atomic<bool>& brief_sleep_of(socket& s) { return s.*Brief; }
  friend std::atomic<unsigned>& burst_of(socket& s) { return s.*Burst; }
  friend std::atomic<unsigned>& vain_looks_of(socket& s) { return s.*Vain; }
};
template struct open_memory<&socket::slept_briefly_, &socket::burst_, &socket::vain_looks_>;

/// A socket one can look into.
struct glass : pair_socket {
  using pair_socket::pair_socket;
  bool asleep() { return sleepers_of(*socket_).any(); }
  bool slept_briefly() { return brief_sleep_of(*socket_); }
  void learn_that_yields_matter() { burst_of(*socket_) = 0; }
  std::atomic<unsigned>& vain_looks() { return vain_looks_of(*socket_); }
};

/// A socket whose one connection moves only while its source is driven.
struct stage {
  explicit stage(weft::idle how) : home({.helper = false, .idle = how}) {
    net.loop().add(source);
    end->source = source.get();
    s.dial("script://peer");
    net.answer(end);
  }

  /// What it receives is said when it has slept for so long.
  void is_woken_after(clock::duration asleep) {
    auto const before = source->waits();
    auto peer = std::async(std::launch::async, [&, before] {
      while (source->waits() == before) std::this_thread::yield();
      for (auto const until = clock::now() + asleep; clock::now() < until;) std::this_thread::yield();
      source->give([&] { end->say("up"); });
    });
    s.receive(soon());
  }

  std::shared_ptr<test::scripted_source> source = std::make_shared<test::scripted_source>();
  std::shared_ptr<test::scripted_end> end = std::make_shared<test::scripted_end>();
  weft::engine home;
  test::script net{home};
  glass s{home};
};

void ping_pong(engine_options const& o) {
  weft::engine home(o);
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://waiter"));
  auto echo = std::async(std::launch::async, [&] {
    for (int i = 0; i != 200; ++i) b.send(b.receive(soon()), soon());
  });
  for (int i = 0; i != 200; ++i) {
    auto const text = std::to_string(i);
    a.send(text, soon());
    BOOST_TEST(a.receive(soon()).text() == text);
  }
  echo.get();
}

constexpr idle every_way[] = {idle::block, idle::adaptive, idle::busy};

}  // namespace

BOOST_AUTO_TEST_SUITE(waiter_)

BOOST_AUTO_TEST_CASE(two_threads_talk_whatever_they_do_between) {
  for (auto const how : every_way) {
    for (bool const helper : {true, false})
      BOOST_TEST_CONTEXT("idle " << static_cast<int>(how) << ", helper " << helper) ping_pong({helper, how});
  }
}

BOOST_AUTO_TEST_CASE(every_wait_ends_in_time) {
  for (auto const how : every_way) {
    weft::engine home({.helper = false, .idle = how});
    pair_socket s(home);
    std::error_code why;
    auto const before = clock::now();
    (void)s.receive({.until = 3ms}, why);
    BOOST_TEST(why == make_error_code(errc::timed_out));
    BOOST_TEST((clock::now() - before >= 3ms));
  }
}

BOOST_AUTO_TEST_CASE(a_stop_ends_every_wait) {
  for (auto const how : every_way) {
    weft::engine home({.helper = false, .idle = how});
    pair_socket s(home);
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] {
      std::error_code why;
      (void)s.receive({.stop = stop.get_token(), .until = 10s}, why);
      return why;
    });
    stop.request_stop();
    BOOST_TEST(waiting.get() == make_error_code(errc::canceled));
  }
}

BOOST_AUTO_TEST_CASE(a_waiting_thread_drives_the_source_of_its_connection) {
  for (auto const how : every_way) {
    stage here(how);
    here.source->give([&] { here.end->say("driven"); });
    BOOST_TEST(here.s.receive(soon()).text() == "driven");
    BOOST_TEST(!here.source->crowded());
  }
}

// What it has heard, nobody else answers: whichever way it stops waiting, it does.
BOOST_AUTO_TEST_CASE(what_rings_while_a_caller_drives_is_answered_by_that_caller) {
  stage here(idle::block);
  BOOST_TEST(here.s.peers() == 1u);
  auto const before = here.end->answers();
  here.source->give([&] { here.end->say("there"); });
  BOOST_TEST(here.s.peers() == 1u);  // drives once, and asks for something else
  BOOST_TEST(here.end->answers() == before + 1);
  BOOST_TEST(here.end->untold() == 0u);
  BOOST_TEST(here.s.try_receive().value().text() == "there");
}

BOOST_AUTO_TEST_CASE(more_connections_ring_while_a_caller_drives_than_it_can_note) {
  stage here(idle::block);
  std::vector<std::shared_ptr<test::scripted_end>> ends(20);
  pull_socket s(here.home);
  for (auto& e : ends) {
    e = std::make_shared<test::scripted_end>();
    e->source = here.source.get();
    s.dial("script://peer");
    here.net.answer(e);
  }
  here.source->give([&] {
    for (auto& e : ends) e->say("one");
    for (auto& e : ends) e->say("two");
  });
  for (std::size_t i = 0; i != 2 * ends.size(); ++i) BOOST_TEST(s.receive(soon()).size() == 3u);
  BOOST_TEST(!s.try_receive());
}

BOOST_AUTO_TEST_CASE(a_connection_rings_while_a_caller_drives_and_is_gone_when_it_answers) {
  stage here(idle::block);
  here.source->give([&] {
    here.end->say("last words");
    here.end->hang_up();
    std::async(std::launch::async, [&] { here.end->ring(); }).get();
    // Any call answers what another thread has rung: this one takes the connection away.
    std::async(std::launch::async, [&] { here.s.statistics(); }).get();
    BOOST_TEST(here.end->told_the_end());
  });
  BOOST_TEST(here.s.receive(soon()).text() == "last words");
  BOOST_TEST(here.end->answers() > 0u);
  BOOST_TEST(!here.end->broken_promises());
}

BOOST_AUTO_TEST_CASE(a_try_drives_the_source_once) {
  stage here(idle::block);
  here.source->give([&] { here.end->say("driven"); });
  BOOST_TEST(here.s.try_receive().value().text() == "driven");
}

BOOST_AUTO_TEST_CASE(work_that_comes_while_a_thread_sleeps_is_noticed) {
  stage here(idle::block);
  auto waiting = std::async(std::launch::async, [&] { return std::string(here.s.receive(soon()).text()); });
  while (here.source->waits() == 0) std::this_thread::yield();
  here.source->give([&] { here.end->say("late"); });
  BOOST_TEST(waiting.get() == "late");
}

BOOST_AUTO_TEST_CASE(who_was_woken_soon_looks_for_longer_the_next_time) {
  stage here(idle::adaptive);
  auto const limit = clock::now() + 10s;
  // How soon it is woken is the machine's affair: once in a while it is soon enough.
  while (!here.s.slept_briefly() && clock::now() < limit) here.is_woken_after(0s);
  BOOST_TEST(here.s.slept_briefly());
  here.is_woken_after(1ms);
  BOOST_TEST(!here.s.slept_briefly());
}

BOOST_AUTO_TEST_CASE(who_looks_in_vain_where_yields_matter_yields_first) {
  stage here(idle::adaptive);
  auto& vain = here.s.vain_looks();
  auto const receive = [&](unsigned looks_in_vain) {
    here.s.learn_that_yields_matter();
    vain = looks_in_vain;
    here.source->give([&] { here.end->say("there"); });
    BOOST_TEST(here.s.receive(soon()).text() == "there");
    return vain == 0;
  };
  BOOST_TEST(receive(7));   // looked first, and found it
  BOOST_TEST(!receive(9));  // yielded first
  BOOST_TEST(receive(16));  // looked all the same: it might be of use again
  BOOST_TEST(!receive(17));
}

// Two wait, one drives: when that one has what it wanted, the other takes over.
BOOST_AUTO_TEST_CASE(threads_take_turns_driving) {
  stage here(idle::block);
  auto const wait = [&] { return std::string(here.s.receive(soon()).text()); };
  auto one = std::async(std::launch::async, wait), two = std::async(std::launch::async, wait);
  while (here.source->waits() == 0) std::this_thread::yield();
  here.source->give([&] { here.end->say("x"); });
  while (one.wait_for(0s) != std::future_status::ready && two.wait_for(0s) != std::future_status::ready)
    std::this_thread::yield();
  here.source->give([&] { here.end->say("x"); });
  BOOST_TEST(one.get() == "x");
  BOOST_TEST(two.get() == "x");
  BOOST_TEST(!here.source->crowded());
}

// No helper: who waits for a peer answers for the loop as well.
BOOST_AUTO_TEST_CASE(a_waiting_thread_drives_the_loop_when_nobody_else_does) {
  for (auto const how : every_way) {
    weft::engine home({.helper = false, .idle = how});
    test::script net(home);
    pair_socket s(home);
    s.dial("script://peer", {.retry_min = 1ms, .retry_max = 1ms});
    auto waiting = std::async(std::launch::async, [&] { s.wait_for_peers(1, soon()); });
    while (net.pending() == 0) std::this_thread::yield();  // and no turn() of this thread's
    net.answer();
    waiting.get();
    BOOST_TEST(s.peers() == 1u);
  }
}

// Nobody but the one who waits drives that lane, and it may be asleep before there is one.
BOOST_AUTO_TEST_CASE(a_sleeper_learns_of_a_lane_that_comes) {
  auto const source = std::make_shared<test::scripted_source>();
  auto const end = std::make_shared<test::scripted_end>();
  end->source = source.get();
  weft::engine home({.idle = idle::block});
  test::script net(home);
  net.loop().add(source);
  glass s(home);
  s.dial("script://peer");
  auto waiting = std::async(std::launch::async, [&] { return std::string(s.receive(soon()).text()); });
  while (!s.asleep()) std::this_thread::yield();
  net.answer(end);
  while (source->waits() == 0 && waiting.wait_for(0s) != std::future_status::ready) std::this_thread::yield();
  source->give([&] { end->say("driven"); });
  BOOST_TEST(waiting.get() == "driven");
}

BOOST_AUTO_TEST_CASE(posted_work_wakes_a_thread_that_sleeps_in_the_loop) {
  weft::engine home({.helper = false, .idle = idle::block});
  test::script net(home);
  pair_socket s(home);
  std::promise<void> ran;
  auto waiting = std::async(std::launch::async, [&] {
    std::error_code why;
    s.wait_for_peers(1, soon(), why);
    return why;
  });
  net.loop().post([&] { ran.set_value(); });
  BOOST_TEST((ran.get_future().wait_for(10s) == std::future_status::ready));
  s.close();
  BOOST_TEST(waiting.get() == make_error_code(errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
