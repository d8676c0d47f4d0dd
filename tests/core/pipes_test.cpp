// SPDX-License-Identifier: MIT
#include "core/socket.hpp"

#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/req.hpp>

#include "core/loop.hpp"
#include "support/scripted_source.hpp"
#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace weft::core {

namespace {

using test::soon;

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
};

/// A connection that has a lane.
struct lane_stage : stage {
  template <class Socket>
  std::shared_ptr<test::scripted_end> connect(Socket& s) {
    auto const end = std::make_shared<test::scripted_end>();
    end->source = source.get();
    net.loop().add(source);
    s.dial("script://peer");
    return net.answer(end);
  }
  /// Whether the loop drives the lane when nobody else does.
  bool tended() { return static_cast<loop&>(net.loop()).lane_of(source.get())->needs_helper(); }

  std::shared_ptr<test::scripted_source> source = std::make_shared<test::scripted_source>();
};

template <class Socket>
std::error_code code_of_receive(Socket& s, op_options const& o) {
  std::error_code why;
  (void)s.receive(o, why);
  return why;
}

template <class Socket>
std::error_code code_of_dial(Socket& s, dial_options const& o) {
  try {
    s.dial("script://peer", o);
    return {};
  } catch (std::system_error const& e) {
    return e.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pipes)

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_not_admitted_is_told_why_and_never_attached, stage) {
  pipe_info asked;
  pair_socket s(home, {}, {.admit = [&](pipe_info const& p) -> std::error_code {
                  asked = p;
                  return errc::rejected;
                }});
  weft::monitor seen(s);
  s.dial("script://peer");
  auto const end = net.answer(1);
  s.peers();
  BOOST_TEST((end->closed() == errc::rejected));
  BOOST_TEST(asked.url == "script://peer");
  BOOST_TEST(asked.peer == "peer");
  BOOST_TEST(asked.dialed);
  auto const e = seen.try_next();
  BOOST_TEST_REQUIRE(e.has_value());
  BOOST_TEST((e->what == monitor_event::rejected));
  BOOST_TEST((e->why == errc::rejected));
}

BOOST_FIXTURE_TEST_CASE(the_admission_may_use_its_socket, stage) {
  pair_socket* self = nullptr;
  std::size_t peers_then = 99;
  pair_socket s(home, {}, {.admit = [&](pipe_info const&) -> std::error_code {
                  peers_then = self->statistics().pipes.size();
                  return {};
                }});
  self = &s;
  s.dial("script://peer");
  net.answer();
  BOOST_TEST(peers_then == 1u);
  BOOST_TEST(s.peers() == 1u);
}

BOOST_FIXTURE_TEST_CASE(events_are_told_in_order_and_under_no_lock, stage) {
  std::vector<monitor_event::kind> told;
  pair_socket* self = nullptr;
  pair_socket s(home, {}, {.on_event = [&](monitor_event const& e) {
                  told.push_back(e.what);
                  (void)self->statistics();
                }});
  self = &s;
  s.dial("script://peer");
  net.refuse(errc::connection_refused);
  auto const end = net.answer();
  end->hang_up();
  s.peers();
  net.turn();
  BOOST_TEST((told == std::vector{monitor_event::refused, monitor_event::connected, monitor_event::lost}));
}

BOOST_FIXTURE_TEST_CASE(a_pipe_says_who_is_there_while_it_is, stage) {
  pair_socket s(home);
  weft::monitor seen(s);
  auto const url = s.listen("script://here:0");
  auto const end = net.come_in();
  auto const id = seen.try_next()->pipe;
  BOOST_TEST_REQUIRE(s.pipe(id).has_value());
  BOOST_TEST(s.pipe(id)->url == url);
  BOOST_TEST(!s.pipe(id)->dialed);
  end->hang_up();
  s.peers();
  BOOST_TEST(!s.pipe(id).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_listen_that_is_a_risk_is_warned_about, stage) {
  pair_socket s(home);
  weft::monitor seen(s);
  s.listen("script://here:1");
  auto const url = s.listen("script://everywhere:2");
  auto const e = seen.try_next();
  BOOST_TEST_REQUIRE(e.has_value());
  BOOST_TEST((e->what == monitor_event::warning));
  BOOST_TEST(e->url == url);
  BOOST_TEST(e->detail == "this is everywhere");
}

BOOST_FIXTURE_TEST_CASE(a_best_effort_send_drops_instead_of_waiting, stage) {
  push_socket s(home, {}, {.best_effort = true});
  s.send("to nobody");
  s.dial("script://peer");
  auto const end = net.answer(1);
  s.send("first");
  s.send("no room");
  BOOST_TEST(end->heard() == "first ");
  auto const drops = s.statistics().dropped;
  BOOST_TEST(drops.total(direction::outgoing) == 2u);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_want_to_wait_for_peers_is_told_at_once, stage) {
  pair_socket s(home, {}, {.fail_without_peers = true});
  message m("x");
  std::error_code why;
  s.send(m, soon(), why);
  BOOST_TEST((why == errc::no_peers));
  BOOST_TEST((code_of_receive(s, soon()) == errc::no_peers));
  BOOST_TEST((s.try_receive().error() == errc::no_peers));
}

BOOST_FIXTURE_TEST_CASE(who_waits_when_the_last_peer_goes_is_told_too, stage) {
  pair_socket s(home, {}, {.fail_without_peers = true});
  s.dial("script://peer");
  auto const end = net.answer();
  auto waiting = std::async(std::launch::async, [&] { return code_of_receive(s, soon()); });
  end->hang_up();
  BOOST_TEST((waiting.get() == errc::no_peers));
}

BOOST_FIXTURE_TEST_CASE(priorities_are_from_one_to_sixteen, stage) {
  push_socket s(home);
  BOOST_TEST((code_of_dial(s, {.priorities = {.send = 0}}) == errc::invalid_option));
  BOOST_TEST((code_of_dial(s, {.priorities = {.receive = 17}}) == errc::invalid_option));
  BOOST_TEST(!code_of_dial(s, {.priorities = {.send = 16, .receive = 1}}));
}

// A protocol that has something for a pipe: see protocol_host::tend().

BOOST_FIXTURE_TEST_CASE(lanes_are_tended_while_something_waits_and_no_longer, lane_stage) {
  push_socket s(home, {.send_queue = 2});
  auto const end = connect(s);
  BOOST_TEST(!tended());
  s.send("1");
  s.send("2");
  BOOST_TEST(tended());
  end->make_room(1);
  s.peers();
  BOOST_TEST(tended());
  end->make_room(1);
  s.peers();
  BOOST_TEST(end->heard() == "1 2 ");
  BOOST_TEST(!tended());
}

BOOST_FIXTURE_TEST_CASE(a_protocol_that_tends_twice_is_tended_until_both_are_over, lane_stage) {
  pair_socket s(home, {.send_queue = 1, .conflate = true});
  auto const end = connect(s);
  BOOST_TEST(tended());  // what is stale must go
  s.send("1");
  end->make_room(1);
  s.peers();
  BOOST_TEST(end->heard() == "1 ");
  BOOST_TEST(tended());
  s.close();
  BOOST_TEST(!tended());
}

BOOST_FIXTURE_TEST_CASE(a_lane_that_comes_to_a_tended_socket_is_tended, lane_stage) {
  push_socket s(home, {.send_queue = 2});
  s.send("1");
  connect(s);
  BOOST_TEST(tended());
}

// Nobody calls: the loop answers, in a moment.
BOOST_FIXTURE_TEST_CASE(what_waits_goes_out_though_nobody_calls, stage) {
  push_socket s(home, {.send_queue = 2});
  s.dial("script://peer");
  auto const end = net.answer();
  s.send("1");
  end->make_room(1);
  BOOST_TEST(net.until([&] { return end->count() == 1; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
