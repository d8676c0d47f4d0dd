// SPDX-License-Identifier: MIT
// How peers find each other, and find each other again.
#include "conformance/stage.hpp"

namespace weft::conformance {

namespace {

void a_dial_finds_who_listens_already(stage& s) {
  couple<push_socket, pull_socket> c(s);
  c.a.send("hello", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "hello");
}

void a_dial_finds_who_listens_later(stage& s) {
  auto const url = s.vacant();
  push_socket push(s.here());
  push.dial(url);
  auto m = message("too early");
  BOOST_TEST(send_code(push, m, not_long()) == errc::timed_out);
  pull_socket pull(s.there());
  BOOST_TEST(pull.listen(url) == url);
  push.send("hello", soon());
  BOOST_TEST(pull.receive(soon()).text() == "hello");
}

void the_bound_address_is_the_one_to_dial(stage& s) {
  pull_socket pull(s.there());
  BOOST_TEST(pull.local_url() == "");
  auto const url = s.listen(pull);
  BOOST_TEST(pull.local_url() == url);
  BOOST_TEST(url::parse(url).has_value());
  if (s.transport().carries_wildcard_port) BOOST_TEST(url != s.transport().fresh_url());
}

void the_monitor_sees_who_comes_and_goes(stage& s) {
  push_socket push(s.here());
  pull_socket pull(s.there());
  monitor pushes(push), pulls(pull);
  auto const url = s.connect(push, pull);
  auto const at_push = await(pushes, monitor_event::connected);
  auto const at_pull = await(pulls, monitor_event::connected);
  BOOST_TEST_REQUIRE((at_push && at_pull));
  BOOST_TEST(at_push->url == url);
  BOOST_TEST(at_pull->url == url);
  BOOST_TEST(!at_push->peer.empty());
  BOOST_TEST(!at_push->why);
  push.close();
  auto const gone = await(pulls, monitor_event::lost);
  BOOST_TEST_REQUIRE(gone.has_value());
  BOOST_TEST((gone->pipe == at_pull->pipe));
  BOOST_TEST(pull.peers() == 0u);
}

void a_dial_comes_back_when_the_listener_does(stage& s) {
  push_socket push(s.here());
  monitor events(push);
  std::string url;
  std::optional<pipe_id> before;
  for (int i = 0; i != 3; ++i) {
    pull_socket pull(s.there());
    url = i == 0 ? s.listen(pull) : pull.listen(url);
    if (i == 0) push.dial(url);
    auto const connected = await(events, monitor_event::connected);
    BOOST_TEST_REQUIRE(connected.has_value());
    BOOST_TEST((connected->pipe != before));
    before = connected->pipe;
    push.send("hello", soon());
    BOOST_TEST(pull.receive(soon()).text() == "hello");
    pull.close();
    auto const lost = await(events, monitor_event::lost);
    BOOST_TEST_REQUIRE(lost.has_value());
    BOOST_TEST((lost->pipe == before));
  }
}

// Credit came back meanwhile, and nobody looked: that must not hide the loss.
void a_dial_comes_back_though_nobody_waits_on_its_socket(stage& s) {
  couple<push_socket, pull_socket> c(s);
  for (std::size_t i = 0; i != 100; ++i) c.a.send(numbered_message(i), soon());
  for (std::size_t i = 0; i != 100; ++i) BOOST_TEST(number_in(c.b.receive(soon())) == i);
  c.b.close();
  pull_socket again(s.there());
  again.listen(c.url);
  again.wait_for_peers(1, soon());
  c.a.send("hello", soon());
  BOOST_TEST(again.receive(soon()).text() == "hello");
}

void a_listener_gets_its_dialer_back(stage& s) {
  pull_socket pull(s.there());
  auto const url = s.listen(pull);
  for (int i = 0; i != 3; ++i) {
    push_socket push(s.here());
    push.dial(url);
    push.send(numbered_message(static_cast<std::size_t>(i)), soon());
    BOOST_TEST(number_in(pull.receive(soon())) == static_cast<std::size_t>(i));
  }
}

// A wrong peer is no reason to come back faster, or to stop saying so.
void a_protocol_mismatch_is_reported_and_does_not_spin(stage& s) {
  rep_socket rep(s.there());
  push_socket push(s.here());
  monitor events(push);
  push.dial(s.listen(rep));
  auto const window = clock::now() + 1s;
  std::size_t attempts = 0, mismatches = 0;
  while (auto const e = events.next({.until = window})) {
    ++attempts;
    BOOST_TEST(e->what != monitor_event::connected);
    mismatches += e->what == monitor_event::rejected && e->why == errc::protocol_mismatch;
  }
  BOOST_TEST(mismatches >= 1u);
  BOOST_TEST(attempts <= 10u);
  BOOST_TEST(push.peers() == 0u);
  BOOST_TEST(rep.peers() == 0u);
}

// A listener outlives what knocks on it.
void a_mismatch_leaves_the_listener_to_others(stage& s) {
  rep_socket rep(s.there());
  auto const url = s.listen(rep);
  push_socket wrong(s.here());
  monitor events(wrong);
  wrong.dial(url);
  BOOST_TEST(await(events, monitor_event::rejected).has_value());
  req_socket right(s.here());
  right.dial(url);
  right.send("q", soon());
  rep.send(rep.receive(soon()), soon());
  BOOST_TEST(right.receive(soon()).text() == "q");
}

void a_pair_has_one_peer_and_tells_the_others_so(stage& s) {
  couple<pair_socket, pair_socket> c(s);
  pair_socket third(s.here());
  monitor events(third);
  third.dial(c.url, {.retry_max = 200ms});
  for (;;) {
    auto const e = events.next(soon());
    BOOST_TEST_REQUIRE(e.has_value());
    if (e->why == errc::busy) break;
  }
  c.a.send("still here", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "still here");
  monitor arrivals(c.b);
  c.a.close();
  BOOST_TEST(await(arrivals, monitor_event::connected).has_value());
  third.send("mine now", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "mine now");
}

void a_pair_has_one_peer_and_sends_the_others_away(stage& s) {
  couple<pair_socket, pair_socket> c(s);
  pair_socket third(s.here());
  monitor events(third), arrivals(c.b);
  third.dial(c.url, {.retry_max = 200ms});
  BOOST_TEST(await(events, monitor_event::lost).has_value());
  auto const rejected = await(arrivals, monitor_event::rejected);
  BOOST_TEST_REQUIRE(rejected.has_value());
  BOOST_TEST(rejected->why == errc::busy);
  c.a.send("still here", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "still here");
  c.a.close();
  BOOST_TEST(await(arrivals, monitor_event::connected).has_value());
  third.send("mine now", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "mine now");
}

std::error_code listen_code(pull_socket& s, std::string const& url) {
  try {
    s.listen(url);
    return {};
  } catch (std::system_error const& e) {
    return e.code();
  }
}

void an_address_is_in_use_until_its_listener_is_closed(stage& s) {
  pull_socket first(s.there()), second(s.there());
  auto const url = s.listen(first);
  BOOST_TEST(listen_code(second, url) == errc::address_in_use);
  push_socket push(s.here());
  push.dial(url);
  push.send("to the first", soon());
  BOOST_TEST(first.receive(soon()).text() == "to the first");
  first.close();
  BOOST_TEST(!listen_code(second, url));
}

void waiting_for_peers_ends_when_they_are_there(stage& s) {
  pull_socket pull(s.there());
  auto const url = s.listen(pull);
  std::error_code why;
  pull.wait_for_peers(1, not_long(), why);
  BOOST_TEST(why == errc::timed_out);
  push_socket one(s.here()), two(s.here());
  one.dial(url);
  two.dial(url);
  pull.wait_for_peers(2, soon());
  BOOST_TEST(pull.peers() == 2u);
  pull.wait_for_peers(3, not_long(), why);
  BOOST_TEST(why == errc::timed_out);
  one.close();
  BOOST_TEST(comes_true([&] { return pull.peers() == 1; }));
}

using kind = conformance_case;
constexpr conformance_case all[] = {
    {"a_dial_finds_who_listens_already", a_dial_finds_who_listens_already},
    {"a_dial_finds_who_listens_later", a_dial_finds_who_listens_later},
    {"the_bound_address_is_the_one_to_dial", the_bound_address_is_the_one_to_dial, kind::anywhere},
    {"the_monitor_sees_who_comes_and_goes", the_monitor_sees_who_comes_and_goes},
    {"a_dial_comes_back_when_the_listener_does", a_dial_comes_back_when_the_listener_does},
    {"a_dial_comes_back_though_nobody_waits_on_its_socket", a_dial_comes_back_though_nobody_waits_on_its_socket},
    {"a_listener_gets_its_dialer_back", a_listener_gets_its_dialer_back},
    {"a_protocol_mismatch_is_reported_and_does_not_spin", a_protocol_mismatch_is_reported_and_does_not_spin},
    {"a_mismatch_leaves_the_listener_to_others", a_mismatch_leaves_the_listener_to_others, kind::anywhere},
    {"a_pair_has_one_peer_and_tells_the_others_so", a_pair_has_one_peer_and_tells_the_others_so, kind::told},
    {"a_pair_has_one_peer_and_sends_the_others_away", a_pair_has_one_peer_and_sends_the_others_away, kind::untold},
    {"an_address_is_in_use_until_its_listener_is_closed", an_address_is_in_use_until_its_listener_is_closed},
    {"waiting_for_peers_ends_when_they_are_there", waiting_for_peers_ends_when_they_are_there},
};

}  // namespace

cases connection_cases() { return all; }

}  // namespace weft::conformance
