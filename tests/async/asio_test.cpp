// SPDX-License-Identifier: MIT
#include <weft/asio.hpp>
#include <weft/weft.hpp>

#include "support/count_allocations.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <future>
#include <memory_resource>
#include <string>
#include <thread>
#include <vector>

namespace weft {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace std::chrono_literals;

op_options soon() { return {.until = 30s}; }

/// Two pairs that know each other, an engine without a thread, and the loop that drives it.
struct stage {
  asio::io_context loop;
  engine home{{.helper = false}};
  pair_socket a{home}, b{home};
  std::optional<asio_attachment> attached;

  explicit stage(char const* url = "inproc://asio") {
    a.dial(b.listen(url));
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
    attached.emplace(home, loop);
  }
  /// Runs the loop until `main` is over.
  void run(awaitable<void> main) {
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(main), [&](std::exception_ptr e) {
      failure = e;
      attached.reset();
    });
    loop.run();
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(asio_)

BOOST_FIXTURE_TEST_CASE(a_callback_runs_on_its_executor_and_never_inside_the_call, stage) {
  a.send("m");
  bool called = false;
  async_receive(b, asio::bind_executor(loop, [&](boost::system::error_code why, message m) {
                  called = true;
                  BOOST_TEST(!why);
                  BOOST_TEST(m.text() == "m");
                  BOOST_TEST(loop.get_executor().running_in_this_thread());
                  attached.reset();
                }));
  BOOST_TEST(!called);
  loop.run();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(futures_are_fulfilled) {
  engine home;
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://futures"));
  auto got = async_receive(b, asio::use_future);
  async_send(a, message("later"), asio::use_future).get();
  BOOST_TEST(got.get().text() == "later");
  b.close();
  BOOST_CHECK_THROW(async_receive(b, asio::use_future).get(), boost::system::system_error);
}

BOOST_FIXTURE_TEST_CASE(coroutines_play_ping_pong, stage) {
  int turns = 0;
  asio::co_spawn(
      loop,
      [&]() -> awaitable<void> {
        for (int i = 0; i != 100; ++i) co_await async_send(b, co_await async_receive(b, use_awaitable), use_awaitable);
      },
      asio::detached);
  run([](stage& s, int& n) -> awaitable<void> {
    for (; n != 100; ++n) {
      co_await async_send(s.a, message(std::to_string(n)), use_awaitable);
      auto const m = co_await async_receive(s.a, use_awaitable);
      BOOST_TEST(m.text() == std::to_string(n));
    }
  }(*this, turns));
  BOOST_TEST(turns == 100);
}

BOOST_FIXTURE_TEST_CASE(an_await_that_fails_throws, stage) {
  run([](stage& s) -> awaitable<void> {
    s.b.close();
    try {
      (void)co_await async_receive(s.b, use_awaitable);
      BOOST_ERROR("it did not");
    } catch (boost::system::system_error const& e) {
      BOOST_TEST((e.code() == make_error_code(errc::closed)));
    }
    auto const [why, m] = co_await async_receive(s.b, asio::as_tuple(use_awaitable));
    BOOST_TEST((why == make_error_code(errc::closed)));
    auto const [again] = co_await async_send(s.b, message("m"), asio::as_tuple(asio::deferred));
    BOOST_TEST((again == make_error_code(errc::closed)));
  }(*this));
}

BOOST_FIXTURE_TEST_CASE(a_canceled_receive_leaves_the_message, stage) {
  using namespace asio::experimental::awaitable_operators;
  run([](stage& s) -> awaitable<void> {
    asio::steady_timer timer(s.loop, 1ms);
    auto const first = co_await (async_receive(s.b, use_awaitable) || timer.async_wait(use_awaitable));
    BOOST_TEST(first.index() == 1u);
    s.a.send("still there");
    auto const m = co_await async_receive(s.b, use_awaitable);
    BOOST_TEST(m.text() == "still there");
  }(*this));
}

BOOST_FIXTURE_TEST_CASE(receives_that_are_canceled_leave_nothing_behind, stage) {
  int canceled = 0;
  auto const begin_and_cancel = [&](int times) {
    for (int i = 0; i != times; ++i) {
      asio::cancellation_signal stop;
      async_receive(b, asio::bind_cancellation_slot(
                           stop.slot(), asio::bind_executor(loop, [&](boost::system::error_code why, message) {
                             canceled += why == make_error_code(errc::canceled);
                           })));
      stop.emit(asio::cancellation_type::terminal);
      while (canceled <= i) loop.run_one();
    }
    canceled = 0;
  };
  begin_and_cancel(100);
  auto const before = test::heap_in_use();
  begin_and_cancel(10'000);
  // A waiter for each that stayed would be megabytes.
  BOOST_TEST(test::heap_in_use() < before + 10'000);
}

BOOST_FIXTURE_TEST_CASE(groups_wait_for_the_first, stage) {
  a.send("first");
  bool called = false;
  asio::experimental::make_parallel_group(async_receive(a, asio::bind_executor(loop, asio::deferred)),
                                          async_receive(b, asio::bind_executor(loop, asio::deferred)))
      .async_wait(asio::experimental::wait_for_one(),
                  asio::bind_executor(loop, [&](std::array<std::size_t, 2> order, boost::system::error_code of_a,
                                                message, boost::system::error_code of_b, message m) {
                    called = true;
                    BOOST_TEST(order[0] == 1u);
                    BOOST_TEST((of_a == make_error_code(errc::canceled)));
                    BOOST_TEST(!of_b);
                    BOOST_TEST(m.text() == "first");
                    attached.reset();
                  }));
  loop.run();
  BOOST_TEST(called);
}

BOOST_FIXTURE_TEST_CASE(the_handlers_allocator_is_used, stage) {
  struct counting final : std::pmr::memory_resource {
    int taken = 0;
    void* do_allocate(std::size_t n, std::size_t align) override {
      ++taken;
      return std::pmr::new_delete_resource()->allocate(n, align);
    }
    void do_deallocate(void* p, std::size_t n, std::size_t align) override {
      std::pmr::new_delete_resource()->deallocate(p, n, align);
    }
    bool do_is_equal(memory_resource const& other) const noexcept override { return this == &other; }
  } memory;
  async_receive(b, asio::bind_executor(
                       loop, asio::bind_allocator(std::pmr::polymorphic_allocator<>(&memory),
                                                  [&](boost::system::error_code, message) { attached.reset(); })));
  BOOST_TEST(memory.taken == 1);
  a.send("m");
  loop.run();
}

BOOST_AUTO_TEST_CASE(what_a_loop_is_destroyed_with_is_given_back) {
  engine home;
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://given-back"));
  a.wait_for_peers(1, soon());
  b.wait_for_peers(1, soon());
  a.send("kept");
  {
    asio::io_context loop;
    async_receive(b, asio::bind_executor(loop, [](boost::system::error_code, message) {}));
  }
  BOOST_TEST(b.receive(soon()).text() == "kept");
}

BOOST_AUTO_TEST_CASE(requests_and_surveys_are_one_call) {
  asio::io_context loop;
  engine home;
  req_socket ask(home);
  rep_socket answer(home);
  surveyor_socket wonder(home, {.survey_time = 50ms});
  respondent_socket know(home), know_too(home);
  auto const asked_at = answer.listen("inproc://asio-rep");
  auto const wondered_at = wonder.listen("inproc://asio-survey");
  auto const serve = [&](auto& s) -> awaitable<void> {
    for (;;) {
      auto const m = co_await async_receive(s, use_awaitable);
      co_await async_send(s, reply_to(m, "re: " + std::string(m.text())), use_awaitable);
    }
  };
  asio::co_spawn(loop, serve(answer), asio::detached);
  asio::co_spawn(loop, serve(know), asio::detached);
  asio::co_spawn(loop, serve(know_too), asio::detached);
  asio::co_spawn(
      loop,
      [&]() -> awaitable<void> {
        co_await async_dial(ask, asked_at, use_awaitable);
        auto const reply = co_await async_request(ask, message("hi"), use_awaitable);
        BOOST_TEST(reply.text() == "re: hi");
        know.dial(wondered_at);
        know_too.dial(wondered_at);
        co_await async_wait_for_peers(wonder, 2, use_awaitable);
        auto const answers = co_await async_survey(wonder, message("who?"), use_awaitable);
        BOOST_TEST(answers.size() == 2u);
        answer.close();
        know.close();
        know_too.close();
      },
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  loop.run();
}

BOOST_FIXTURE_TEST_CASE(a_select_is_awaited, stage) {
  run([](stage& s) -> awaitable<void> {
    channel<int> never(1);
    std::string heard;
    auto const hear = [&](message m) { heard = m.text(); };
    s.a.send("m");
    BOOST_TEST(1u == co_await async_select(use_awaitable, on_receive(never), on_receive(s.b, hear)));
    BOOST_TEST(heard == "m");
    BOOST_TEST(1u == co_await async_select(use_awaitable, on_receive(s.b, hear), on_timer(1ms)));
    asio::post(s.loop, [&] { never.send(1); });
    BOOST_TEST(0u == co_await async_select(use_awaitable, on_receive(never), on_receive(s.b, hear)));
  }(*this));
}

BOOST_FIXTURE_TEST_CASE(a_select_is_met_by_another, stage) {
  run([](stage& s) -> awaitable<void> {
    channel<int> numbers(0);
    int got = 0;
    auto sending = std::async(std::launch::async, [&] { return select(on_send(numbers, 7), on_timer(30s)).index; });
    auto const hear = [&](int n) { got = n; };
    BOOST_TEST(0u == co_await async_select(use_awaitable, on_receive(numbers, hear), on_receive(s.b)));
    BOOST_TEST(got == 7);
    BOOST_TEST(sending.get() == 0u);
  }(*this));
}

BOOST_FIXTURE_TEST_CASE(a_select_waits_for_a_descriptor, stage) {
  run([](stage& s) -> awaitable<void> {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    for (int i = 0; i != 2; ++i) {
      BOOST_TEST(2u == co_await async_select(use_awaitable, on_readable(ends[0]), on_receive(s.b), on_timer(1ms)));
      asio::post(s.loop, [&] { BOOST_TEST(::write(ends[1], "x", 1) == 1); });
      BOOST_TEST(0u == co_await async_select(use_awaitable, on_readable(ends[0]), on_receive(s.b)));
      char c = 0;
      BOOST_TEST(::read(ends[0], &c, 1) == 1);
    }
    ::close(ends[0]);
    ::close(ends[1]);
    auto const [why, none] =
        co_await async_select(asio::as_tuple(use_awaitable), on_readable(ends[0]), on_receive(s.b));
    BOOST_TEST((why == boost::system::errc::bad_file_descriptor));
    BOOST_TEST(none == 2u);
  }(*this));
}

BOOST_AUTO_TEST_CASE(many_threads_run_the_loop) {
  stage s("inproc://many-threads");
  constexpr int each = 500;
  std::atomic<int> received{0};
  auto const receive = [&]() -> awaitable<void> {
    for (;;) {
      (void)co_await async_receive(s.b, use_awaitable);
      if (++received == 4 * each) {
        s.attached.reset();
        s.loop.stop();
      }
    }
  };
  auto const send = [&]() -> awaitable<void> {
    for (int i = 0; i != each; ++i) co_await async_send(s.a, message("m"), use_awaitable);
  };
  for (int i = 0; i != 4; ++i) {
    asio::co_spawn(s.loop, receive(), asio::detached);
    asio::co_spawn(s.loop, send(), asio::detached);
  }
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i != 3; ++i) threads.emplace_back([&] { s.loop.run(); });
  }
  BOOST_TEST(received == 4 * each);
  s.a.close();
  s.b.close();
}

BOOST_AUTO_TEST_CASE(a_network_is_driven_by_the_loop_alone) {
  stage s("tcp://127.0.0.1:0");
  s.run([](stage& of) -> awaitable<void> {
    for (int i = 0; i != 100; ++i) {
      co_await async_send(of.a, message(std::to_string(i)), use_awaitable);
      auto const m = co_await async_receive(of.b, use_awaitable);
      BOOST_TEST(m.text() == std::to_string(i));
    }
  }(s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
