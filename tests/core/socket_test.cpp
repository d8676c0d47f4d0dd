// SPDX-License-Identifier: MIT
#include "core/socket.hpp"

#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

using test::soon;

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};
  weft::monitor seen{s};

  stage() { s.dial("script://peer"); }

  void expect_next(monitor_event::kind what, std::error_code why = {}) {
    auto const e = seen.try_next();
    BOOST_TEST_REQUIRE(e.has_value());
    BOOST_TEST(e->what == what);
    BOOST_TEST(e->why == why);
  }
  void expect_silence() { BOOST_TEST(!seen.try_next().has_value()); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_)

BOOST_FIXTURE_TEST_CASE(many_rings_are_answered_once, stage) {
  auto const end = net.answer();
  BOOST_TEST(s.peers() == 1u);
  auto const before = end->answers();
  for (int i = 0; i != 5; ++i) end->ring();
  BOOST_TEST(end->answers() == before);  // nobody waits: the next caller will answer
  s.peers();
  BOOST_TEST(end->answers() == before + 1);
  s.peers();
  BOOST_TEST(end->answers() == before + 1);
}

BOOST_FIXTURE_TEST_CASE(a_ring_on_the_loop_is_answered_though_nobody_waits, stage) {
  auto const end = net.answer();
  auto const before = end->answers();
  net.on_loop([&] { end->ring(); });
  BOOST_TEST(end->answers() == before + 1);
}

BOOST_FIXTURE_TEST_CASE(an_unanswered_ring_is_answered_when_the_loop_rings_again, stage) {
  auto const end = net.answer();
  auto const before = end->answers();
  end->ring();
  BOOST_TEST(end->answers() == before);
  net.on_loop([&] { end->ring(); });
  BOOST_TEST(end->answers() == before + 1);
}

BOOST_FIXTURE_TEST_CASE(a_connection_is_never_asked_after_its_end, stage) {
  auto const end = net.answer();
  auto const bell = end->bell();
  end->hang_up();
  s.peers();
  BOOST_TEST(end->told_the_end());
  BOOST_TEST(end->destroyed());
  auto const answers = end->answers();
  for (int i = 0; i != 3; ++i) bell->ring();
  s.peers();
  net.on_loop([&] { bell->ring(); });
  BOOST_TEST(end->answers() == answers);
  BOOST_TEST(!end->broken_promises());
}

BOOST_FIXTURE_TEST_CASE(rings_after_the_close_are_harmless, stage) {
  auto const end = net.answer();
  auto const bell = end->bell();
  s.close();
  auto const answers = end->answers();
  bell->ring();
  net.on_loop([&] { bell->ring(); });
  BOOST_TEST(end->answers() == answers);
  BOOST_TEST(!end->broken_promises());
}

BOOST_FIXTURE_TEST_CASE(a_flush_may_use_its_own_socket, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  unsigned runs = 0;
  end->on_flush = [&] {
    ++runs;
    s.peers();
    BOOST_TEST((s.try_receive().error() == errc::would_block));
  };
  net.answer(end, 1);
  auto const before = runs;
  s.send("one", soon());
  BOOST_TEST(runs == before + 1);
  BOOST_TEST(end->heard() == "one ");
  end->on_flush = nullptr;
}

BOOST_FIXTURE_TEST_CASE(a_flush_may_close_its_own_socket, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  bool armed = false;
  end->on_flush = [&] {
    if (std::exchange(armed, false)) s.close();
  };
  net.answer(end, 1);
  armed = true;
  s.send("one", soon());
  BOOST_TEST(end->destroyed());
  BOOST_TEST(!end->broken_promises());
  message m("two");
  BOOST_TEST(s.try_send(m) == make_error_code(errc::closed));
}

BOOST_FIXTURE_TEST_CASE(every_send_is_flushed_once, stage) {
  auto const end = net.answer(3);
  auto const before = end->flushes();
  for (int i = 0; i != 3; ++i) s.send("x", soon());
  BOOST_TEST(end->flushes() == before + 3);
}

BOOST_FIXTURE_TEST_CASE(what_comes_is_flushed_where_the_connection_asks_for_it, stage) {
  auto const end = net.answer(3);
  auto const before = end->flushes();
  end->wants_flush = false;
  end->say("a");
  BOOST_TEST(s.receive(soon()).text() == "a");
  BOOST_TEST(end->flushes() == before);
  end->wants_flush = true;
  end->say("b");
  BOOST_TEST(s.receive(soon()).text() == "b");
  BOOST_TEST(end->flushes() == before + 1);
}

BOOST_AUTO_TEST_CASE(what_is_received_is_granted_again) {
  weft::engine home({.helper = false});
  test::script net(home);
  pair_socket s(home, {}, {.receive_window = 4});
  s.dial("script://peer");
  auto const end = net.answer();
  BOOST_TEST(end->granted() == 4u);
  for (int i = 0; i != 6; ++i) end->say(std::to_string(i));
  for (int i = 0; i != 6; ++i) BOOST_TEST(s.receive(soon()).text() == std::to_string(i));
  BOOST_TEST(end->granted() == 10u);
}

BOOST_FIXTURE_TEST_CASE(what_came_with_the_end_is_received, stage) {
  auto const end = net.answer();
  end->say("last words");
  end->hang_up();
  BOOST_TEST(s.receive(soon()).text() == "last words");
  BOOST_TEST(s.peers() == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_is_said_before_the_attachment_is_received, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->say("early");
  net.answer(end);
  BOOST_TEST(s.receive(soon()).text() == "early");
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_not_wanted_is_told_and_so_is_the_monitor, stage) {
  net.answer();
  expect_next(monitor_event::connected);
  s.listen("script://here");
  auto const second = net.come_in();
  BOOST_TEST((second->closed() == make_error_code(errc::busy)));
  BOOST_TEST(s.peers() == 1u);
  expect_next(monitor_event::rejected, errc::busy);
  expect_silence();
  BOOST_TEST(second->destroyed());
  BOOST_TEST(!second->broken_promises());
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_ends_before_its_attachment_is_rejected, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->hang_up(errc::malformed);
  net.answer(end);
  expect_next(monitor_event::rejected, errc::malformed);
  expect_silence();
  BOOST_TEST(!end->broken_promises());
}

BOOST_FIXTURE_TEST_CASE(a_loss_is_told_with_what_is_in_doubt, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->unconfirmed = 2;
  net.answer(end, 3);
  auto const hello = seen.try_next();
  BOOST_TEST_REQUIRE(hello.has_value());
  end->hang_up(errc::connection_reset);
  auto const e = seen.try_next();
  BOOST_TEST_REQUIRE(e.has_value());
  BOOST_TEST(e->what == monitor_event::lost);
  BOOST_TEST(e->url == "script://peer");
  BOOST_TEST(e->peer == "peer");
  BOOST_TEST((e->pipe == hello->pipe));
  BOOST_TEST(e->why == make_error_code(errc::connection_reset));
  BOOST_TEST(e->unconfirmed == 2u);
  BOOST_TEST(s.close().unconfirmed == 2u);
}

BOOST_AUTO_TEST_CASE(each_context_has_its_own_conversation) {
  weft::engine home({.helper = false});
  test::script net(home);
  req_socket req(home);
  req.dial("script://peer");
  auto const end = net.answer(2);
  auto one = req.open_context();
  auto two = req.open_context();
  one.send("first", soon());
  two.send("second", soon());
  auto first = end->take();
  end->say(end->take());  // the replies come the other way round
  end->say(std::move(first));
  BOOST_TEST(one.receive(soon()).text() == "first");
  BOOST_TEST(two.receive(soon()).text() == "second");
}

BOOST_AUTO_TEST_CASE(a_context_outlives_its_socket_and_finds_it_closed) {
  weft::engine home({.helper = false});
  auto req = std::make_unique<req_socket>(home);
  auto context = req->open_context();
  req.reset();
  message m("late");
  BOOST_TEST(context.try_send(m) == make_error_code(errc::closed));
  BOOST_TEST((context.try_receive().error() == errc::closed));
  BOOST_TEST(m.text() == "late");
}

// The protocol's alarm: REQ asks again.
BOOST_AUTO_TEST_CASE(an_alarm_comes_though_nobody_waits) {
  using namespace std::chrono_literals;
  weft::engine home({.helper = false});
  test::script net(home);
  req_socket req(home, {.resend = {.every = 2ms}});
  req.dial("script://peer");
  auto const end = net.answer(10);
  req.send("again", soon());
  BOOST_TEST(net.until([&] { return end->count() >= 3; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
