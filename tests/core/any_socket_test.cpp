// SPDX-License-Identifier: MIT
#include <weft/any_socket.hpp>
#include <weft/bus.hpp>
#include <weft/engine.hpp>
#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/pair1.hpp>
#include <weft/pub.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/respondent.hpp>
#include <weft/sub.hpp>
#include <weft/surveyor.hpp>

#include "support/soon.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft {

namespace {

/// What a protocol can do, as the typed socket's type says.
struct row {
  std::string_view name;
  std::function<any_socket(engine&)> make;
  bool sends, receives, names_peers, subscribes;
};

template <class Socket>
any_socket made(engine& e) {
  return Socket(e);
}

std::vector<row> const& table() {
  static std::vector<row> const rows{
      {"req", made<req_socket>, true, true, false, false},
      {"rep", made<rep_socket>, true, true, false, false},
      {"pub", made<pub_socket>, true, false, false, false},
      {"sub", made<sub_socket>, false, true, false, true},
      {"push", made<push_socket>, true, false, false, false},
      {"pull", made<pull_socket>, false, true, false, false},
      {"surveyor", made<surveyor_socket>, true, true, false, false},
      {"respondent", made<respondent_socket>, true, true, false, false},
      {"bus", made<bus_socket>, true, true, false, false},
      {"pair", made<pair_socket>, true, true, false, false},
      {"pair1", made<pair1_socket>, true, true, false, false},
      {"pair_hub", made<pair_hub_socket>, true, true, true, false},
  };
  return rows;
}

/// What a call answers, whether it throws or returns it.
template <class Call>
std::error_code outcome(Call call) {
  try {
    call();
    return {};
  } catch (std::system_error const& e) {
    return e.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_any_socket)

BOOST_AUTO_TEST_CASE(answers_unsupported_to_what_its_protocol_cannot_do) {
  engine e;
  for (auto const& r : table()) {
    BOOST_TEST_CONTEXT(r.name) {
      auto s = r.make(e);
      auto const check = [&](bool can, auto call) { BOOST_TEST((outcome(call) != errc::unsupported) == can); };
      message m("m");
      std::error_code why;
      BOOST_TEST(s.sends() == r.sends);
      BOOST_TEST(s.receives() == r.receives);
      check(r.sends, [&] { (void)s.sender(); });
      check(r.receives, [&] { (void)s.receiver(); });
      check(r.sends, [&] { (void)s.send_fd(); });
      check(r.receives, [&] { (void)s.receive_fd(); });
      check(r.subscribes, [&] { s.subscribe("x"); });
      check(r.subscribes, [&] { (void)s.unsubscribe("x"); });
      BOOST_TEST((s.try_receive().error() == errc::unsupported) == !r.receives);
      (void)s.receive({.until = clock::now()}, why);
      BOOST_TEST((why == std::errc::not_supported) == !r.receives);
      s.send_to({}, m, why);
      BOOST_TEST((why == errc::unsupported) == !r.names_peers);
      if (r.sends) continue;
      BOOST_TEST((s.try_send(m) == errc::unsupported));
      s.send(m, {}, why);
      BOOST_TEST((why == errc::unsupported));
      BOOST_TEST(m.text() == "m");
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_over_peers_and_messages) {
  engine e;
  pair_socket typed(e), other(e);
  typed.dial(other.listen("inproc://any-socket"));
  typed.wait_for_peers(1, test::soon());
  other.send("before", test::soon());
  any_socket s(std::move(typed));
  BOOST_TEST(s.peers() == 1u);
  BOOST_TEST(s.receive(test::soon()).text() == "before");
  s.send("after", test::soon());
  BOOST_TEST(other.receive(test::soon()).text() == "after");
  BOOST_TEST(s.protocol() == pair::self);
  BOOST_TEST(s.peer_protocol() == pair::peer);
}

BOOST_AUTO_TEST_CASE(that_is_assigned_to_closes_what_it_was) {
  engine e;
  any_socket s{sub_socket(e)};
  auto const of_sub = s.receiver();
  s = push_socket(e);
  BOOST_TEST(of_sub.closed());
  BOOST_TEST(s.sends());
  BOOST_TEST(!s.receives());
}

BOOST_AUTO_TEST_CASE(has_channels_where_each_request_finds_its_way_back) {
  engine e;
  any_socket rep{rep_socket(e)};
  monitor seen(rep);
  req_socket req(e);
  req.dial(rep.listen("inproc://any-rep"));
  auto one = req.open_context(), two = req.open_context();
  auto rx = rep.receiver();
  auto tx = rep.sender();
  for (auto* c : {&one, &two}) c->send("question", test::soon());
  auto const first = rx.receive(test::soon()), second = rx.receive(test::soon());
  tx.send(reply_to(second, "second"));
  tx.send(reply_to(first, "first"));
  BOOST_TEST(two.receive(test::soon()).text() == "second");
  BOOST_TEST(one.receive(test::soon()).text() == "first");
  BOOST_TEST((seen.try_next()->what == monitor_event::connected));
}

BOOST_AUTO_TEST_CASE(options_change_by_the_type_it_was_made_of) {
  engine e;
  any_socket ask = req_socket(e);
  message m("q");
  BOOST_TEST((ask.try_send(m) == errc::no_peers));
  ask.set_options<req>({.early = true});
  BOOST_TEST(!ask.try_send(m));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
