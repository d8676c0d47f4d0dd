// SPDX-License-Identifier: MIT
#include "core/device.hpp"

#include <weft/device.hpp>
#include <weft/pair.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <optional>

namespace weft::core {

namespace {

using test::soon;

// As raw as these protocols can be: they have no header of their own.
struct open_pair : weft::pair {
  static constexpr bool raw = true;
};
struct open_push : weft::push {
  static constexpr bool raw = true;
};
struct open_pull : weft::pull {
  static constexpr bool raw = true;
};

/// A device between two scripted peers; the test drives.
template <class A, class B>
struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  std::shared_ptr<test::scripted_end> left, right;
  std::optional<weft::device> middle;

  explicit stage(unsigned room_left = 0, unsigned room_right = 0) {
    basic_socket<A> a(home);
    basic_socket<B> b(home);
    a.dial("script://left");
    left = net.answer(room_left);
    b.dial("script://right");
    right = net.answer(room_right);
    middle.emplace(std::move(a), std::move(b));
    net.turn();
  }
};

/// A socket without its type, and with shares of it to give away.
struct untyped : conversation {
  explicit untyped(basic_socket<open_pair> s) : conversation(std::move(s)) {}
  detached_socket share() { return {socket_, context_}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(device_)

BOOST_AUTO_TEST_CASE(carries_between_sockets_whose_type_is_forgotten) {
  weft::engine home{{.helper = false}};
  test::script net{home};
  basic_socket<open_pair> typed_a(home), typed_b(home);
  typed_a.dial("script://left");
  auto const left = net.answer(2);
  typed_b.dial("script://right");
  auto const right = net.answer(2);
  untyped a(std::move(typed_a)), b(std::move(typed_b));
  weft::device middle(a.share(), true, b.share(), true);
  net.turn();
  left->say("forth");
  right->say("back");
  net.turn();
  BOOST_TEST(right->heard() == "forth ");
  BOOST_TEST(left->heard() == "back ");
  a.share().socket->close({});
  BOOST_TEST(middle.wait(soon()) == errc::closed);
}

BOOST_AUTO_TEST_CASE(messages_go_both_ways) {
  stage<open_pair, open_pair> s(2, 2);
  s.left->say("1");
  s.right->say("2");
  s.net.turn();
  BOOST_TEST(s.right->heard() == "1 ");
  BOOST_TEST(s.left->heard() == "2 ");
  BOOST_TEST(s.middle->carried() == 2u);
}

BOOST_AUTO_TEST_CASE(a_protocol_with_one_direction_is_forwarded_one_way) {
  stage<open_pull, open_push> s(0, 10);
  for (auto const* text : {"a", "b", "c"}) s.left->say(text);
  s.net.turn();
  BOOST_TEST(s.right->heard() == "a b c ");
}

BOOST_AUTO_TEST_CASE(a_way_out_without_room_holds_up_the_way_in) {
  stage<open_pull, open_push> s(0, 1);
  for (int i = 0; i != 500; ++i) s.left->say("m");
  s.net.turn();
  BOOST_TEST(s.right->count() == 1u);
  BOOST_TEST(s.left->granted() < 200u);  // what the peer may send is bounded by what came out
  s.right->make_room(499);
  BOOST_TEST(s.net.until([&] { return s.right->count() == 500; }));
}

BOOST_AUTO_TEST_CASE(many_messages_do_not_keep_the_loop_for_themselves) {
  stage<open_pull, open_push> s(0, 1000);
  for (int i = 0; i != 1000; ++i) s.left->say("m");
  BOOST_TEST(s.net.until([&] { return s.right->count() == 1000; }));
}

BOOST_AUTO_TEST_CASE(a_reflecting_device_sends_back_what_comes) {
  weft::engine home{{.helper = false}};
  test::script net{home};
  basic_socket<open_pair> a(home);
  a.dial("script://peer");
  auto const end = net.answer(3);
  weft::device d(std::move(a));
  end->say("there and back");
  net.turn();
  BOOST_TEST(end->heard() == "there and back ");
}

BOOST_AUTO_TEST_CASE(a_stopped_device_has_closed_its_sockets) {
  stage<open_pair, open_pair> s;
  s.middle->stop();
  BOOST_TEST(s.left->told_the_end());
  BOOST_TEST(s.right->told_the_end());
  BOOST_TEST((s.middle->wait(soon()) == errc::closed));
}

BOOST_AUTO_TEST_CASE(waiting_for_a_device_ends_by_its_deadline) {
  stage<open_pair, open_pair> s;
  BOOST_TEST((s.middle->wait({.until = clock::now()}) == errc::timed_out));
  std::stop_source stop;
  stop.request_stop();
  BOOST_TEST((s.middle->wait({.stop = stop.get_token()}) == errc::canceled));
}

BOOST_AUTO_TEST_CASE(a_device_may_be_stopped_on_the_loop) {
  stage<open_pair, open_pair> s;
  s.net.on_loop([&] { s.middle.reset(); });
  s.net.turn();
  BOOST_TEST(s.left->told_the_end());
}

BOOST_AUTO_TEST_CASE(a_helper_carries_what_nobody_waits_for) {
  weft::engine home;
  basic_socket<open_pair> in(home), out(home);
  auto const front = in.listen("inproc://device-front");
  auto const back = out.listen("inproc://device-back");
  weft::device d(std::move(in), std::move(out));
  weft::pair_socket here(home), there(home);
  here.dial(front);
  there.dial(back);
  for (int i = 0; i != 100; ++i) {
    here.send("ping", soon());
    BOOST_TEST(there.receive(soon()).text() == "ping");
    there.send("pong", soon());
    BOOST_TEST(here.receive(soon()).text() == "pong");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
