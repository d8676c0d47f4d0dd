// SPDX-License-Identifier: MIT
// Channels: what a socket's directions are as channels, and channels of their own.
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace weft {

namespace {

using namespace std::chrono_literals;

op_options soon() { return {.until = 30s}; }

template <class S>
concept has_sender = requires(S s) {
  s.sender();
};
template <class S>
concept has_receiver = requires(S s) {
  s.receiver();
};
template <class S>
constexpr bool both = has_sender<S>&& has_receiver<S>;
template <class S>
constexpr bool only_sends = has_sender<S> && !has_receiver<S>;
template <class S>
constexpr bool only_receives = has_receiver<S> && !has_sender<S>;

// The directions a protocol has not got do not compile.
static_assert(both<req_socket> && both<rep_socket> && both<req_context> && both<rep_context>);
static_assert(only_sends<pub_socket> && only_receives<sub_socket> && only_receives<sub_context>);
static_assert(only_sends<push_socket> && only_receives<pull_socket>);
static_assert(both<surveyor_socket> && both<respondent_socket>);
static_assert(both<bus_socket> && both<pair_socket> && both<pair1_socket>);

/// Two sockets that know each other.
template <class A, class B>
struct couple {
  engine home;
  A a;
  B b;
  explicit couple(char const* url, socket_options const& o = {}) : a(home, {}, o), b(home, {}, o) {
    b.listen(url);
    a.dial(url);
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
  }
};

std::error_code code_of_receive(receiver rx, op_options const& o = {}) {
  std::error_code why;
  (void)rx.receive(o, why);
  return why;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(channels)

BOOST_AUTO_TEST_CASE(send_chan_basic) {
  couple<push_socket, pull_socket> c("inproc://send-chan");
  auto tx = c.a.sender();
  for (int i = 0; i != 100; ++i) tx.send(std::to_string(i), soon());
  for (int i = 0; i != 100; ++i) BOOST_TEST(c.b.receive(soon()).text() == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(recv_chan_basic) {
  couple<push_socket, pull_socket> c("inproc://recv-chan");
  auto rx = c.b.receiver();
  BOOST_TEST((rx.try_receive().error() == errc::would_block));
  c.a.send("one");
  c.a.send("two");
  auto const m = rx.receive(soon());
  BOOST_TEST(m.text() == "one");
  BOOST_TEST(rx.pipe(m.source())->peer == "inproc://recv-chan");
  BOOST_TEST(rx.receive(soon()).text() == "two");
}

BOOST_AUTO_TEST_CASE(send_ctx_cancel) {
  couple<push_socket, pull_socket> c("inproc://send-cancel");
  std::stop_source stop;
  stop.request_stop();
  message m("never");
  std::error_code why;
  c.a.sender().send(m, {.stop = stop.get_token()}, why);
  BOOST_TEST((why == errc::canceled));
  BOOST_TEST(m.text() == "never");
  BOOST_TEST((c.b.receiver().try_receive().error() == errc::would_block));
}

BOOST_AUTO_TEST_CASE(recv_ctx_timeout) {
  couple<pair_socket, pair_socket> c("inproc://recv-timeout");
  auto rx = c.b.receiver();
  BOOST_TEST((code_of_receive(rx, {.until = clock::now()}) == errc::timed_out));
  std::stop_source stop;
  stop.request_stop();
  BOOST_TEST((code_of_receive(rx, {.stop = stop.get_token()}) == errc::canceled));
  c.a.send("after all");  // neither has closed the channel
  BOOST_TEST(rx.receive(soon()).text() == "after all");
}

BOOST_AUTO_TEST_CASE(channel_close) {
  couple<push_socket, pull_socket> c("inproc://channel-close", {.channel_receive_buffer = 3});
  auto rx = c.b.receiver();
  auto tx = c.a.sender();
  for (auto const* text : {"1", "2", "3", "4", "5"}) tx.send(text);
  auto waiting = std::async(std::launch::async, [other = c.a.sender()]() mutable {
    std::error_code why;
    while (!why) {  // until there is no room, and then the end
      message m("m");
      other.send(m, {}, why);
    }
    return why;
  });
  c.b.wait_for_peers(1, soon());
  BOOST_TEST(c.b.close().discarded >= 2u);  // what the channel does not keep
  std::string drained;
  for (message const& m : rx) drained += m.text();
  BOOST_TEST(drained == "123");
  BOOST_TEST((rx.try_receive().error() == errc::closed));
  c.a.close();
  BOOST_TEST((waiting.get() == errc::closed));
}

BOOST_AUTO_TEST_CASE(a_channel_outlives_its_socket) {
  engine home;
  std::vector<receiver> left;
  {
    pair_socket s(home);
    left.push_back(s.receiver());
  }
  BOOST_TEST((code_of_receive(left[0]) == errc::closed));
}

BOOST_AUTO_TEST_CASE(the_same_channel_is_given_each_time) {
  couple<req_socket, rep_socket> c("inproc://identity");
  BOOST_TEST((c.a.receiver() == c.a.receiver()));
  auto const rx = c.b.receiver();
  BOOST_TEST((rx == c.b.receiver()));
  auto context = c.a.open_context();
  BOOST_TEST(!(context.receiver() == c.a.receiver()));
}

BOOST_AUTO_TEST_CASE(mixed_sync_async) {
  couple<push_socket, pull_socket> c("inproc://mixed");
  constexpr int count = 3000;
  std::atomic<int> got{0};
  std::vector<std::multiset<int>> heard(4);
  std::vector<std::error_code> ends(heard.size());
  auto const number = [](message const& m) { return std::stoi(std::string(m.text())); };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i != heard.size(); ++i)
      threads.emplace_back([&, i] {
        auto& why = ends[i];
        for (auto rx = c.b.receiver(); !why;) {
          auto const m = i % 2 ? rx.receive(soon(), why) : c.b.receive(soon(), why);
          if (why) break;
          heard[i].insert(number(m));
          if (++got == count) c.b.close();
        }
      });
    for (int i = 0; i != count; ++i)
      i % 2 ? c.a.send(std::to_string(i), soon()) : c.a.sender().send(std::to_string(i), soon());
  }
  for (auto const why : ends) BOOST_TEST((why == errc::closed));
  std::multiset<int> all;
  for (auto& h : heard) all.insert(h.begin(), h.end());
  BOOST_TEST(all.size() == std::size_t{count});
  BOOST_TEST((std::set<int>(all.begin(), all.end()).size() == std::size_t{count}));
}

BOOST_AUTO_TEST_CASE(async_req_rep) {
  couple<req_socket, rep_socket> c("inproc://req-rep-channels");
  std::jthread server([rx = c.b.receiver(), tx = c.b.sender()]() mutable {
    for (message const& m : rx) tx.send(reply_to(m, "re: " + std::string(m.text())));
  });
  auto rx = c.a.receiver();
  auto tx = c.a.sender();
  for (int i = 0; i != 10; ++i) {
    tx.send(std::to_string(i), soon());
    BOOST_TEST(rx.receive(soon()).text() == "re: " + std::to_string(i));
  }
  c.b.close();
}

BOOST_AUTO_TEST_CASE(a_receiver_waits_for_its_request_to_be_sent) {
  couple<req_socket, rep_socket> c("inproc://patience");
  auto rx = c.a.receiver();
  BOOST_TEST((rx.try_receive().error() == errc::would_block));  // where the socket itself says wrong_state
  auto answer = std::async(std::launch::async, [&] { return std::string(rx.receive(soon()).text()); });
  BOOST_TEST((code_of_receive(rx, {.until = 1ms}) == errc::timed_out));
  c.a.sender().send("?");
  auto m = c.b.receiver().receive(soon());
  c.b.sender().send(reply_to(m, "!"));
  BOOST_TEST(answer.get() == "!");
}

BOOST_AUTO_TEST_CASE(replies_go_to_who_asked_in_any_order) {
  couple<req_socket, rep_socket> c("inproc://tokens");
  auto rx = c.b.receiver();
  auto tx = c.b.sender();
  std::vector<req_context> asking;
  std::vector<message> held;
  for (int i = 0; i != 8; ++i) {
    asking.push_back(c.a.open_context());
    asking.back().send(std::to_string(i), soon());
    held.push_back(rx.receive(soon()));
  }
  for (auto m = held.rbegin(); m != held.rend(); ++m) tx.send(reply_to(*m, m->text()));
  for (int i = 0; i != 8; ++i)
    BOOST_TEST(asking[static_cast<std::size_t>(i)].receive(soon()).text() == std::to_string(i));
  message lost("nobody asked");
  BOOST_TEST((tx.try_send(lost) == errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_survey_ends_as_a_value_and_the_channel_goes_on) {
  engine home;
  surveyor_socket asks(home, {.survey_time = 50ms});
  respondent_socket answers(home);
  asks.dial(answers.listen("inproc://survey-channel"));
  asks.wait_for_peers(1, soon());
  auto rx = asks.receiver();
  for (int round = 0; round != 2; ++round) {
    asks.sender().send("who?");
    auto m = answers.receiver().receive(soon());
    answers.sender().send(reply_to(m, "me"));
    BOOST_TEST(rx.receive(soon()).text() == "me");
    BOOST_TEST((code_of_receive(rx, soon()) == errc::timed_out));
  }
}

BOOST_AUTO_TEST_CASE(async_pub_sub) {
  couple<pub_socket, sub_socket> c("inproc://pub-sub-channels");
  c.b.subscribe("");
  auto rx = c.b.receiver();
  auto tx = c.a.sender();
  do {  // until the subscription is heard
    tx.send("news");
  } while (!rx.try_receive());
  tx.send("the latest");
  std::string last;
  while (last != "the latest") last = rx.receive(soon()).text();
}

BOOST_AUTO_TEST_CASE(a_buffer_takes_what_no_peer_has_room_for) {
  engine home;
  push_socket s(home, {}, {.channel_send_buffer = 2});
  auto tx = s.sender();
  message m("1");
  BOOST_TEST(!tx.try_send(m));
  m = message("2");
  BOOST_TEST(!tx.try_send(m));
  m = message("3");
  BOOST_TEST((tx.try_send(m) == std::errc::operation_would_block));
  BOOST_TEST(m.text() == "3");
  auto third = std::async(std::launch::async, [&] { tx.send("3", soon()); });
  pull_socket r(home);
  s.dial(r.listen("inproc://buffer"));
  for (auto const* text : {"1", "2", "3"}) BOOST_TEST(r.receive(soon()).text() == text);
  third.get();
}

BOOST_AUTO_TEST_CASE(close_gives_a_buffer_its_linger_and_counts_the_rest) {
  engine home;
  push_socket s(home);
  for (int i = 0; i != 5; ++i) s.sender().send("m");
  BOOST_TEST(s.close().unconfirmed == 5u);

  push_socket t(home);
  for (int i = 0; i != 5; ++i) t.sender().send("m");
  pull_socket r(home);
  t.dial(r.listen("inproc://linger-buffer"));
  t.wait_for_peers(1, soon());
  auto all = std::async(std::launch::async, [&] {
    std::string heard;
    for (int i = 0; i != 5; ++i) heard += r.receive(soon()).text();
    return heard;
  });
  BOOST_TEST(t.close(30s).unconfirmed == 0u);
  BOOST_TEST(all.get() == "mmmmm");
}

BOOST_AUTO_TEST_CASE(without_a_buffer_a_send_waits_for_its_peer) {
  engine home;
  push_socket s(home, {}, {.channel_send_buffer = 0});
  message m("m");
  BOOST_TEST((s.sender().try_send(m) == errc::no_peers));
  std::error_code why;
  s.sender().send(m, {.until = 1ms}, why);
  BOOST_TEST((why == errc::timed_out));
}

BOOST_AUTO_TEST_CASE(buffers_have_limits) {
  engine home;
  BOOST_CHECK_THROW(push_socket(home, {}, {.channel_send_buffer = 8193}), std::system_error);
  BOOST_CHECK_THROW(push_socket(home, {}, {.channel_receive_buffer = 8193}), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_free_channel_is_a_queue_with_an_end) {
  channel<int> c(2);
  int n = 1;
  BOOST_TEST(!c.try_send(n));
  n = 2;
  BOOST_TEST(!c.try_send(n));
  n = 3;
  BOOST_TEST((c.try_send(n) == errc::would_block));
  auto third = std::async(std::launch::async, [&] { c.send(3, soon()); });
  BOOST_TEST(c.receive() == 1);
  third.get();
  c.close();
  BOOST_TEST((c.try_send(n) == errc::closed));
  std::vector<int> drained;
  for (int i : c) drained.push_back(i);
  BOOST_TEST((drained == std::vector<int>{2, 3}));
  BOOST_TEST((c.try_receive().error() == errc::closed));
}

BOOST_AUTO_TEST_CASE(a_channel_without_a_buffer_is_a_meeting) {
  channel<std::string> c(0);
  std::string text("now");
  BOOST_TEST((c.try_send(text) == errc::would_block));
  auto sent = std::async(std::launch::async, [&] { c.send("met", soon()); });
  BOOST_TEST(c.receive(soon()) == "met");
  sent.get();
  std::error_code why;
  c.send(text, {.until = 1ms}, why);
  BOOST_TEST((why == errc::timed_out));
  BOOST_TEST(text == "now");
}

BOOST_AUTO_TEST_CASE(many_senders_and_receivers_share_a_channel) {
  channel<int> c(4);
  constexpr int each = 5000;
  std::atomic<long> sum{0}, count{0};
  {
    std::vector<std::jthread> receivers;
    for (int i = 0; i != 4; ++i)
      receivers.emplace_back([c, &sum, &count]() mutable {
        for (int n : c) sum += n, ++count;
      });
    {
      std::vector<std::jthread> senders;
      for (int i = 0; i != 4; ++i)
        senders.emplace_back([c]() mutable {
          for (int n = 1; n <= each; ++n) c.send(n, soon());
        });
    }
    c.close();
  }
  BOOST_TEST(count == 4 * each);
  BOOST_TEST(sum == 4L * each * (each + 1) / 2);
}

BOOST_AUTO_TEST_CASE(close_ends_all_who_wait) {
  for (int round = 0; round != 50; ++round) {
    channel<int> c(0);
    std::vector<std::future<std::error_code>> waiting;
    for (int i = 0; i != 4; ++i)
      waiting.push_back(std::async(std::launch::async, [c]() mutable { return c.receive_result().error(); }));
    std::jthread closing([c]() mutable { c.close(); });
    c.close();
    for (auto& w : waiting) BOOST_TEST((w.get() == errc::closed));
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_channels_need_no_thread) {
  engine home({.helper = false});
  std::vector<pair_socket> sockets;
  std::vector<receiver> receivers;
  for (int i = 0; i != 1000; ++i) receivers.push_back(sockets.emplace_back(home).receiver());
  pair_socket last(home);
  last.dial(sockets.back().listen("inproc://thousand"));
  last.wait_for_peers(1, soon());
  last.sender().send("hello", soon());
  BOOST_TEST(receivers.back().receive(soon()).text() == "hello");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
