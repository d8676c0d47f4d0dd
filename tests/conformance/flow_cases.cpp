// SPDX-License-Identifier: MIT
// Who is slow holds back its own sender and nobody else; who gets too much says so.
#include "conformance/stage.hpp"

#include <future>

namespace weft::conformance {

namespace {

using one_way = couple<push_socket, pull_socket>;

/// Sends numbered messages of 1 KiB until nobody takes them any more, for a moment at least.
std::size_t fill(push_socket& push, std::size_t most) {
  for (std::size_t n = 0; n != most; ++n) {
    auto m = patterned(1024, static_cast<unsigned>(n));
    if (auto const why = send_code(push, m, {.until = 200ms})) {
      BOOST_TEST(why == errc::timed_out);
      BOOST_TEST(is_patterned(m, 1024, static_cast<unsigned>(n)));
      return n;
    }
  }
  return most;
}

void empty(pull_socket& pull, std::size_t count) {
  unsigned good = 0;
  while (good != count && is_patterned(pull.receive(soon()), 1024, good)) ++good;
  BOOST_TEST(good == count);
}

void a_receiver_that_stands_still_holds_little_and_loses_nothing(stage& s) {
  one_way c(s);
  constexpr std::size_t most = 20'000;
  auto const taken = fill(c.a, most);
  BOOST_TEST(taken > 0u);
  BOOST_TEST(taken < most);
  empty(c.b, taken);
  c.a.send("on", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "on");
}

void a_receiver_that_stands_still_stops_only_its_own_sender(stage& s) {
  one_way slow(s), fast(s);
  couple<req_socket, rep_socket> service(s);
  auto const taken = fill(slow.a, 20'000);
  for (int i = 0; i != 500; ++i) {
    fast.a.send("work", soon());
    BOOST_TEST(fast.b.receive(soon()).text() == "work");
    service.a.send("q", soon());
    service.b.send(service.b.receive(soon()), soon());
    BOOST_TEST(service.a.receive(soon()).text() == "q");
  }
  empty(slow.b, taken);
}

void large_messages_to_a_receiver_that_stands_still_stop_nobody_else(stage& s) {
  one_way slow(s), fast(s);
  std::size_t taken = 0;
  for (std::error_code why; taken != 200; ++taken) {
    auto m = patterned(200'000, static_cast<unsigned>(taken));
    if ((why = send_code(slow.a, m, {.until = 200ms}))) break;
  }
  BOOST_TEST(taken > 0u);
  for (int i = 0; i != 50; ++i) {
    fast.a.send(patterned(100'000), soon());
    BOOST_TEST(is_patterned(fast.b.receive(soon()), 100'000));
  }
  for (unsigned i = 0; i != taken; ++i) BOOST_TEST(is_patterned(slow.b.receive(soon()), 200'000, i));
}

void a_slow_peer_is_passed_over(stage& s) {
  push_socket push(s.here());
  pull_socket slow(s.there()), fast(s.there());
  push.dial(s.listen(slow));
  push.dial(s.listen(fast));
  push.wait_for_peers(2, soon());
  constexpr std::size_t count = 20'000;
  auto sender = std::async(std::launch::async, [&] {
    // More in all than the buffers of any kernel hold.
    for (std::size_t i = 0; i != count; ++i) push.send(patterned(2048), soon());
  });
  // What the slow one cannot hold goes to the fast one, so the sender ends.
  std::size_t got = 0;
  while (sender.wait_for(0s) != std::future_status::ready) got += !receive_code(fast, not_long());
  sender.get();
  while (fast.try_receive().has_value()) ++got;
  BOOST_TEST(got > count / 2);
}

void a_message_over_the_receivers_limit_is_refused_and_stays_whole(stage& s) {
  one_way c(s, {.max_message = 1000});
  for (std::size_t const size : {std::size_t{1001}, std::size_t{1} << 20}) {
    auto m = patterned(size);
    BOOST_TEST(send_code(c.a, m, soon()) == errc::message_too_large);
    BOOST_TEST(is_patterned(m, size));
    BOOST_TEST(c.a.try_send(m) == errc::message_too_large);
  }
  c.a.send(patterned(1000), soon());
  BOOST_TEST(is_patterned(c.b.receive(soon()), 1000));
  BOOST_TEST(c.a.peers() == 1u);
}

// Where the wire cannot refuse it, nothing else is left: and who listens learns why.
void a_message_over_the_receivers_limit_ends_the_connection(stage& s) {
  one_way c(s, {.max_message = 1000});
  monitor events(c.b);
  c.a.send(patterned(1000), soon());
  BOOST_TEST(is_patterned(c.b.receive(soon()), 1000));
  c.a.send(patterned(1001), soon());
  auto const lost = await(events, monitor_event::lost);
  BOOST_TEST_REQUIRE(lost.has_value());
  BOOST_TEST(lost->why == errc::message_too_large);
  c.b.wait_for_peers(1, soon());
  c.a.send("still here", soon());
  BOOST_TEST(c.b.receive(soon()).text() == "still here");
}

void a_reply_over_the_limit_can_be_made_smaller(stage& s) {
  rep_socket rep(s.there());
  req_socket req(s.here(), {}, {.max_message = 1000});
  s.connect(req, rep);
  req.send("q", soon());
  BOOST_TEST(rep.receive(soon()).text() == "q");
  auto reply = patterned(2000);
  BOOST_TEST(send_code(rep, reply, soon()) == errc::message_too_large);
  BOOST_TEST(is_patterned(reply, 2000));
  rep.send("sorry", soon());
  BOOST_TEST(req.receive(soon()).text() == "sorry");
}

void a_window_of_one_is_enough(stage& s) {
  one_way c(s, {.receive_window = 1});
  auto const sender = std::async(std::launch::async, [&] {
    for (std::size_t i = 0; i != 1000; ++i) c.a.send(numbered_message(i), soon());
  });
  std::size_t i = 0;
  while (i != 1000 && number_in(c.b.receive(soon())) == i) ++i;
  BOOST_TEST(i == 1000u);
}

constexpr conformance_case all[] = {
    {"a_receiver_that_stands_still_holds_little_and_loses_nothing",
     a_receiver_that_stands_still_holds_little_and_loses_nothing},
    {"a_receiver_that_stands_still_stops_only_its_own_sender", a_receiver_that_stands_still_stops_only_its_own_sender},
    {"large_messages_to_a_receiver_that_stands_still_stop_nobody_else",
     large_messages_to_a_receiver_that_stands_still_stop_nobody_else},
    {"a_slow_peer_is_passed_over", a_slow_peer_is_passed_over},
    {"a_message_over_the_receivers_limit_is_refused_and_stays_whole",
     a_message_over_the_receivers_limit_is_refused_and_stays_whole, conformance_case::told},
    {"a_message_over_the_receivers_limit_ends_the_connection", a_message_over_the_receivers_limit_ends_the_connection,
     conformance_case::untold},
    {"a_reply_over_the_limit_can_be_made_smaller", a_reply_over_the_limit_can_be_made_smaller, conformance_case::told},
    {"a_window_of_one_is_enough", a_window_of_one_is_enough},
};

}  // namespace

cases flow_cases() { return all; }

}  // namespace weft::conformance
