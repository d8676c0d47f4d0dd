// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace weft::fabric {

namespace {

auto const dependable = boost::unit_test::data::make(reliable);
auto const rdm = boost::unit_test::data::make(reliable_datagrams);

}  // namespace

BOOST_AUTO_TEST_SUITE(receives_of_a_client)

BOOST_DATA_TEST_CASE(end_at_their_deadline_and_by_their_stop_and_lose_nothing, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  BOOST_TEST((c->b.receive({.until = 5ms}).error() == errc::timed_out));
  BOOST_TEST((c->b.receive({.until = 0s}).error() == errc::timed_out));
  std::stop_source stop;
  auto canceled = std::async(std::launch::async, [&] { return c->b.receive({.stop = stop.get_token()}).error(); });
  stop.request_stop();
  BOOST_TEST((canceled.get() == errc::canceled));
  BOOST_TEST(!c->a.send(as_bytes("still here"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "still here");
}

BOOST_DATA_TEST_CASE(go_on_when_messages_that_were_held_are_let_go, dependable, over) {
  auto const c = couple_over(over, [](client_options& o) { o.receive_buffers = 2; });
  if (!c) return;
  auto sent = std::async(std::launch::async, [&] {
    for (int i = 0; i != 10; ++i)
      if (auto const why = c->a.send(as_bytes(std::to_string(i)), soon())) return why;
    return std::error_code();
  });
  std::vector<incoming> held;
  for (int i = 0; i != 10; ++i) {
    held.push_back(c->b.receive(soon()).value());
    BOOST_TEST(held.back().text() == std::to_string(i));
    if (held.size() == 2) held.erase(held.begin());
  }
  BOOST_TEST(!sent.get());
}

BOOST_DATA_TEST_CASE(leave_messages_that_outlive_the_client, dependable, over) {
  auto c = couple_over(over);
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("keep me"), soon()));
  auto const kept = c->b.receive(soon()).value();
  c.reset();
  BOOST_TEST(kept.text() == "keep me");
}

BOOST_DATA_TEST_CASE(from_one_peer_leave_the_others_alone, rdm, over) {
  if (!offered(over, capability::msg | capability::source)) return;
  auto home = client::open(options_for(over)).value();
  if (!home.endpoint().receives()->sources()) {
    BOOST_TEST((home.receive_from(peer{0}, soon()).error() == errc::unsupported));
    return skip(over, "names no senders");
  }
  auto a = client::open(options_for(over)).value(), b = client::open(options_for(over)).value();
  auto const from_a = home.register_peer(a.address()).value(), from_b = home.register_peer(b.address()).value();
  BOOST_REQUIRE(a.register_peer(home.address(), true).has_value());
  BOOST_REQUIRE(b.register_peer(home.address(), true).has_value());
  BOOST_TEST(!a.send(as_bytes("of a"), soon()));
  auto const first = home.receive(soon()).value();
  BOOST_TEST((first.from() == from_a));
  auto second = std::async(std::launch::async, [&] { return home.receive_from(from_b, soon()).value(); });
  BOOST_TEST(!a.send(as_bytes("of a again"), soon()));
  BOOST_TEST(!b.send(as_bytes("of b"), soon()));
  auto const got = second.get();
  BOOST_TEST(got.text() == "of b");
  BOOST_TEST((got.from() == from_b));
  BOOST_TEST(home.receive_from(from_a, soon()).value().text() == "of a again");
}

BOOST_DATA_TEST_CASE(tell_the_handlers_what_nobody_waits_for, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("early"), soon()));
  std::vector<std::string> told;
  std::promise<void> both;
  {
    auto const on = c->b.on_receive([&](incoming const& m) {
      told.emplace_back(m.text());
      if (told.size() == 2) both.set_value();
    });
    BOOST_TEST(!c->a.send(as_bytes("late"), soon()));
    both.get_future().get();
  }
  BOOST_TEST((told == std::vector<std::string>{"early", "late"}));
  BOOST_TEST(!c->a.send(as_bytes("after"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "after");
  BOOST_TEST(told.size() == 2u);
}

BOOST_DATA_TEST_CASE(may_be_answered_in_a_handler_but_not_waited_for, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  std::error_code refused;
  auto const on = c->b.on_receive([&](incoming const& m) {
    refused = c->b.send(m.bytes(), soon());
    c->b.send_async(m.bytes());
  });
  for (int i = 0; i != 10; ++i) {
    BOOST_TEST(!c->a.send(as_bytes(std::to_string(i)), soon()));
    BOOST_TEST(c->a.receive(soon()).value().text() == std::to_string(i));
  }
  BOOST_TEST((refused == errc::wrong_state));
}

BOOST_DATA_TEST_CASE(from_one_peer_are_not_for_connections, boost::unit_test::data::make(connected), over) {
  auto const c = couple_over(over);
  if (!c) return;
  if (c->a.endpoint().receives()->sources()) return skip(over, "has a name for who is connected");
  BOOST_TEST((c->a.receive_from(peer{0}, soon()).error() == errc::unsupported));
}

BOOST_DATA_TEST_CASE(tell_a_handler_in_order_and_one_at_a_time, dependable, over) {
  std::atomic<int> inside{0};
  std::vector<std::string> told;
  std::promise<void> all;
  auto const c = couple_over(over, [](client_options& o) { o.max_message = 4096; });
  if (!c) return;
  auto const on = c->b.on_receive([&](incoming const& m) {
    if (inside++ != 0) told.emplace_back("two at once");
    told.emplace_back(m.text());
    --inside;
    if (m.text() == "199") all.set_value();
  });
  for (int i = 0; i != 200; ++i) BOOST_REQUIRE(!c->a.send(as_bytes(std::to_string(i)), soon()));
  BOOST_REQUIRE((all.get_future().wait_for(20s) == std::future_status::ready));
  BOOST_REQUIRE(told.size() == 200u);
  for (std::size_t i = 0; i != told.size(); ++i) BOOST_TEST(told[i] == std::to_string(i));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
