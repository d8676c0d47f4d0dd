// SPDX-License-Identifier: MIT
#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

// Long enough for a machine under load; no test that passes waits for it.
op_options patiently() { return {.until = 10s}; }

std::error_code code_of(auto const& f) {
  try {
    f();
  } catch (std::system_error const& e) {
    return e.code();
  }
  return {};
}

struct fixture {
  weft::engine e;
};

struct couple : fixture {
  couple() {
    here.listen("inproc://couple");
    there.dial("inproc://couple");
    here.wait_for_peers(1, patiently());
    there.wait_for_peers(1, patiently());
  }
  pair_socket here{e}, there{e};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(public_face)

BOOST_FIXTURE_TEST_CASE(a_socket_that_is_moved_goes_on, couple) {
  there.send("before");
  pair_socket moved = std::move(here);
  there.send("after");
  BOOST_TEST(moved.receive(patiently()).text() == "before");
  BOOST_TEST(moved.receive(patiently()).text() == "after");
  BOOST_TEST(moved.local_url() == "inproc://couple");
  BOOST_TEST(moved.peers() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_another_is_moved_into_is_closed_first, couple) {
  pair_socket target{e};
  target.listen("inproc://target");
  target = std::move(here);
  there.send("hello");
  BOOST_TEST(target.receive(patiently()).text() == "hello");
  pair_socket next{e};
  next.listen("inproc://target");  // nobody is there any more
}

BOOST_FIXTURE_TEST_CASE(a_socket_survives_a_move_to_itself, couple) {
  auto& alias = here;
  here = std::move(alias);
  there.send("hello");
  BOOST_TEST(here.receive(patiently()).text() == "hello");
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_was_moved_from_may_be_assigned_to, couple) {
  pair_socket moved = std::move(here);
  here = std::move(moved);
  there.send("hello");
  BOOST_TEST(here.receive(patiently()).text() == "hello");
}

BOOST_FIXTURE_TEST_CASE(a_context_may_be_moved_and_keeps_its_request, fixture) {
  rep_socket server{e};
  server.listen("inproc://contexts");
  req_socket client{e};
  client.dial("inproc://contexts");
  auto first = client.open_context();
  auto second = client.open_context();
  first.send("one", patiently());
  second = std::move(first);
  server.send("re: " + std::string(server.receive(patiently()).text()));
  BOOST_TEST(second.receive(patiently()).text() == "re: one");
}

BOOST_FIXTURE_TEST_CASE(a_socket_outlives_the_engine_object, fixture) {
  auto last = std::make_unique<weft::engine>();
  pair_socket a{*last}, b{*last};
  a.listen("inproc://outlives");
  b.dial("inproc://outlives");
  last.reset();
  b.send("still there", patiently());
  BOOST_TEST(a.receive(patiently()).text() == "still there");
}

BOOST_FIXTURE_TEST_CASE(an_option_out_of_range_is_refused, fixture) {
  for (unsigned window : {0u, 65537u, ~0u})
    BOOST_TEST((code_of([&] { pair_socket s(e, {}, {.receive_window = window}); }) == errc::invalid_option));
  for (unsigned window : {1u, 65536u}) BOOST_TEST(!code_of([&] { pair_socket s(e, {}, {.receive_window = window}); }));
  for (unsigned hops : {0u, 256u})
    BOOST_TEST((code_of([&] { rep_socket s(e, {.hops = hops}); }) == errc::invalid_option));
}

BOOST_FIXTURE_TEST_CASE(a_url_that_cannot_be_is_refused_with_words, fixture) {
  pair_socket s{e};
  BOOST_TEST((code_of([&] { s.dial("nonsense"); }) == errc::invalid_url));
  BOOST_TEST((code_of([&] { s.listen("nonsense"); }) == errc::invalid_url));
  BOOST_TEST((code_of([&] { s.dial("carrier+pigeon://roof:1"); }) == errc::unknown_scheme));
  BOOST_CHECK_EXCEPTION((void)s.listen("carrier+pigeon://roof:1"), std::system_error, [](auto const& why) {
    return std::string(why.what()).find("carrier+pigeon") != std::string::npos;
  });
  BOOST_TEST(s.local_url().empty());
}

BOOST_FIXTURE_TEST_CASE(the_forms_that_do_not_throw_answer_with_a_code, couple) {
  std::error_code why;
  (void)here.receive({.until = clock::now()}, why);
  BOOST_TEST((why == errc::timed_out));
  std::stop_source stop;
  stop.request_stop();
  (void)here.receive({.stop = stop.get_token()}, why);
  BOOST_TEST((why == errc::canceled));
  BOOST_TEST((here.try_receive().error() == errc::would_block));
  message m("taken");
  BOOST_TEST(!here.try_send(m));
  BOOST_TEST(m.empty());
  here.wait_for_peers(2, {.until = clock::now()}, why);
  BOOST_TEST((why == errc::timed_out));
}

BOOST_FIXTURE_TEST_CASE(a_send_that_fails_leaves_the_message, fixture) {
  pair_socket lonely{e};
  message m("mine");
  std::error_code why;
  lonely.send(m, {.until = clock::now()}, why);
  BOOST_TEST((why == errc::timed_out));
  BOOST_TEST(m.text() == "mine");
  BOOST_TEST((lonely.try_send(m) == errc::no_peers));
  BOOST_TEST(m.text() == "mine");
}

BOOST_FIXTURE_TEST_CASE(a_closed_socket_says_so, couple) {
  there.send("never asked for");
  BOOST_TEST(here.close().unconfirmed == 0u);
  std::error_code why;
  (void)here.receive({}, why);
  BOOST_TEST((why == errc::closed));
  BOOST_TEST((code_of([&] { here.send("late"); }) == errc::closed));
}

BOOST_FIXTURE_TEST_CASE(a_monitor_sees_peers_come_and_go, fixture) {
  pair_socket server{e};
  server.listen("inproc://watched");
  monitor events(server);
  BOOST_TEST(!events.try_next());
  {
    pair_socket client{e};
    client.dial("inproc://watched");
    auto const came = events.next(patiently());
    BOOST_TEST_REQUIRE(came.has_value());
    BOOST_TEST(came->what == monitor_event::connected);
    BOOST_TEST(came->url == "inproc://watched");
    BOOST_TEST((came->pipe != pipe_id{}));
    BOOST_TEST(!came->why);
  }
  auto const went = events.next(patiently());
  BOOST_TEST_REQUIRE(went.has_value());
  BOOST_TEST(went->what == monitor_event::lost);
  BOOST_TEST(events.overflowed() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_monitor_sees_a_second_peer_turned_away, couple) {
  monitor events(here);
  pair_socket third{e};
  third.dial("inproc://couple");
  auto const seen = events.next(patiently());
  BOOST_TEST_REQUIRE(seen.has_value());
  BOOST_TEST(seen->what == monitor_event::rejected);
  BOOST_TEST((seen->why == errc::busy));
}

BOOST_FIXTURE_TEST_CASE(a_monitor_gives_up_at_its_deadline_and_when_its_socket_is_closed, couple) {
  monitor events(here);
  BOOST_TEST(!events.next({.until = clock::now()}));
  monitor moved(std::move(events));
  here.close();
  // What the closing itself has to tell comes first; then there is no more.
  while (moved.next(patiently())) {}
  BOOST_TEST(!moved.next());
}

BOOST_FIXTURE_TEST_CASE(a_fork_can_do_nothing_with_its_parents_sockets, couple) {
  pid_t const child = ::fork();
  if (child == 0) {
    message m("from a fork");
    bool const refused = here.try_send(m) == errc::forked && here.try_receive().error() == errc::forked &&
                         code_of([&] { pair_socket s(e); }) == errc::forked;
    ::_exit(refused ? 0 : 1);
  }
  int status = -1;
  BOOST_TEST(::waitpid(child, &status, 0) == child);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  there.send("as before");
  BOOST_TEST(here.receive(patiently()).text() == "as before");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
