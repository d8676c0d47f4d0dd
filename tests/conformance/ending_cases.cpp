// SPDX-License-Identifier: MIT
// How calls, connections and sockets end.
#include "conformance/stage.hpp"

#include <filesystem>
#include <future>
#include <list>

namespace weft::conformance {

namespace {

using one_way = couple<push_socket, pull_socket>;

bool in_time(auto const& future) { return future.wait_for(patience) == std::future_status::ready; }

void close_with_linger_delivers_everything(stage& s) {
  one_way c(s);
  constexpr unsigned count = 200;
  for (unsigned i = 0; i != 100; ++i) c.a.send(patterned(10'000, i), soon());
  auto receiver = std::async(std::launch::async, [&] {
    unsigned good = 0;
    while (good != count && is_patterned(c.b.receive(soon()), 10'000, good)) ++good;
    return good;
  });
  for (unsigned i = 100; i != count; ++i) c.a.send(patterned(10'000, i), soon());
  auto const report = c.a.close(patience);
  BOOST_TEST(report.unconfirmed == 0u);
  BOOST_TEST(receiver.get() == count);
}

void close_with_linger_delivers_a_large_message(stage& s) {
  one_way c(s);
  auto receiver = std::async(std::launch::async, [&] { return c.b.receive(soon()); });
  c.a.send(patterned(4 << 20), soon());
  BOOST_TEST(c.a.close(patience).unconfirmed == 0u);
  BOOST_TEST(is_patterned(receiver.get(), 4 << 20));
}

void close_without_linger_ends_though_nobody_takes_what_was_sent(stage& s) {
  one_way c(s);
  for (;;) {
    auto m = patterned(10'000);
    if (send_code(c.a, m, not_long())) break;
  }
  auto closing = std::async(std::launch::async, [&] { return c.a.close(); });
  BOOST_TEST(in_time(closing));
}

void close_with_linger_ends_when_the_time_is_over(stage& s) {
  one_way c(s);
  for (;;) {
    auto m = patterned(10'000);
    if (send_code(c.a, m, not_long())) break;
  }
  auto closing = std::async(std::launch::async, [&] { return c.a.close(100ms); });
  BOOST_TEST(in_time(closing));
}

void what_had_arrived_is_received_after_the_peer_closed(stage& s) {
  one_way c(s);
  monitor events(c.b);
  for (std::size_t i = 0; i != 10; ++i) c.a.send(numbered_message(i), soon());
  auto closing = std::async(std::launch::async, [&] { return c.a.close(patience); });
  BOOST_TEST(await(events, monitor_event::lost).has_value());
  BOOST_TEST(closing.get().unconfirmed == 0u);
  for (std::size_t i = 0; i != 10; ++i) BOOST_TEST(number_in(c.b.receive(soon())) == i);
  BOOST_TEST(!c.b.try_receive().has_value());
}

void what_nobody_received_is_reported_by_close(stage& s) {
  one_way c(s);
  monitor events(c.b);
  for (std::size_t i = 0; i != 10; ++i) c.a.send(numbered_message(i), soon());
  auto closing = std::async(std::launch::async, [&] { return c.a.close(patience); });
  BOOST_TEST(await(events, monitor_event::lost).has_value());
  closing.get();
  BOOST_TEST(number_in(c.b.receive(soon())) == 0u);
  BOOST_TEST(c.b.close().discarded == 9u);
}

/// Both ways of giving up, on calls that cannot go on.
void gives_up(auto const& call) {
  BOOST_TEST(call(not_long()) == errc::timed_out);
  BOOST_TEST(call({.until = clock::now()}) == errc::timed_out);
  std::stop_source source;
  auto stopped = std::async(std::launch::async, [&] { return call({.stop = source.get_token()}); });
  BOOST_TEST(call(not_long()) == errc::timed_out);  // by then the other one is asleep
  source.request_stop();
  BOOST_TEST(stopped.get() == errc::canceled);
  BOOST_TEST(call({.stop = source.get_token()}) == errc::canceled);
}

void a_receive_ends_by_its_deadline_or_its_stop(stage& s) {
  pull_socket alone(s.here());
  gives_up([&](op_options const& o) { return receive_code(alone, o); });
  one_way c(s);
  gives_up([&](op_options const& o) { return receive_code(c.b, o); });
  c.a.send("still working", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "still working");
}

void a_send_ends_by_its_deadline_or_its_stop(stage& s) {
  auto const try_with = [](push_socket& push) {
    return [&push](op_options const& o) {
      auto m = patterned(1000);
      auto const why = send_code(push, m, o);
      return is_patterned(m, 1000) ? why : make_error_code(errc::malformed);
    };
  };
  push_socket alone(s.here());
  gives_up(try_with(alone));
  one_way c(s);
  unsigned sent = 0;
  for (message m = patterned(1000); !send_code(c.a, m, not_long()); m = patterned(1000)) ++sent;
  gives_up(try_with(c.a));
  for (; sent > 0; --sent) BOOST_TEST(is_patterned(c.b.receive(soon()), 1000));
}

// For calls that somebody else is to end.
op_options longer() { return {.until = 2 * patience}; }

void close_ends_every_call_that_waits(stage& s) {
  pull_socket pull(s.there());
  push_socket push(s.here());
  pair_socket pair(s.here());
  auto const url = s.listen(pull);
  auto receiving = std::async(std::launch::async, [&] { return receive_code(pull, longer()); });
  auto sending = std::async(std::launch::async, [&] {
    message m("nobody");
    return send_code(push, m, longer());
  });
  auto waiting = std::async(std::launch::async, [&] {
    std::error_code why;
    pair.wait_for_peers(1, longer(), why);
    return why;
  });
  BOOST_TEST(receive_code(pair, not_long()) == errc::timed_out);  // by then the others are asleep
  pull.close();
  push.close();
  pair.close();
  for (auto* call : {&receiving, &sending, &waiting}) {
    BOOST_TEST_REQUIRE(in_time(*call));
    BOOST_TEST(call->get() == errc::closed);
  }
  BOOST_TEST(receive_code(pull, {}) == errc::closed);
}

std::size_t entries(char const* folder) {
  auto const all = std::filesystem::directory_iterator(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Whether `play` leaves no more threads and descriptors than there were. The first time may leave what is kept for
/// the next; who goes may take its time.
void leaves_nothing(std::function<void()> const& play) {
  play();
  auto const threads = entries("/proc/self/task"), descriptors = entries("/proc/self/fd");
  play();
  BOOST_TEST(comes_true([&] { return entries("/proc/self/task") <= threads; }));
  BOOST_TEST(comes_true([&] { return entries("/proc/self/fd") <= descriptors; }));
}

void sockets_that_are_gone_leave_no_thread_and_no_descriptor(stage& s) {
  leaves_nothing([&] {
    std::list<one_way> all;
    for (int i = 0; i != 100; ++i) {
      auto& c = all.emplace_back(s);
      c.a.send("hello", soon());
      BOOST_TEST(c.b.receive(soon()).text() == "hello");
    }
  });
}

void connections_that_broke_leave_no_thread_and_no_descriptor(stage& s) {
  leaves_nothing([&] {
    pull_socket pull(s.there());
    push_socket push(s.here());
    push.dial(s.listen(pull), {.retry_min = 1ms, .retry_max = 10ms});
    auto const receiver = std::async(std::launch::async, [&] {
      while (!receive_code(pull, soon())) {}
    });
    for (int i = 0; i != 500; ++i) push.send("hello", soon());
    pull.close();
  });
}

void an_engine_that_is_gone_leaves_no_thread_and_no_descriptor(stage& s) {
  leaves_nothing([&] {
    for (int i = 0; i != 3; ++i) {
      stage again(s.transport());
      one_way c(again);
      c.a.send("hello", soon());
      BOOST_TEST(c.b.receive(soon()).text() == "hello");
    }
  });
}

using kind = conformance_case;
constexpr conformance_case all[] = {
    {"close_with_linger_delivers_everything", close_with_linger_delivers_everything},
    {"close_with_linger_delivers_a_large_message", close_with_linger_delivers_a_large_message},
    {"close_without_linger_ends_though_nobody_takes_what_was_sent",
     close_without_linger_ends_though_nobody_takes_what_was_sent},
    {"close_with_linger_ends_when_the_time_is_over", close_with_linger_ends_when_the_time_is_over},
    {"what_had_arrived_is_received_after_the_peer_closed", what_had_arrived_is_received_after_the_peer_closed},
    {"what_nobody_received_is_reported_by_close", what_nobody_received_is_reported_by_close},
    {"a_receive_ends_by_its_deadline_or_its_stop", a_receive_ends_by_its_deadline_or_its_stop},
    {"a_send_ends_by_its_deadline_or_its_stop", a_send_ends_by_its_deadline_or_its_stop},
    {"close_ends_every_call_that_waits", close_ends_every_call_that_waits, kind::anywhere},
    {"sockets_that_are_gone_leave_no_thread_and_no_descriptor",
     sockets_that_are_gone_leave_no_thread_and_no_descriptor},
    {"connections_that_broke_leave_no_thread_and_no_descriptor",
     connections_that_broke_leave_no_thread_and_no_descriptor, kind::with_loss},
    {"an_engine_that_is_gone_leaves_no_thread_and_no_descriptor",
     an_engine_that_is_gone_leaves_no_thread_and_no_descriptor},
};

}  // namespace

cases ending_cases() { return all; }

}  // namespace weft::conformance
