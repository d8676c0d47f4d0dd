// SPDX-License-Identifier: MIT
// What each protocol promises, over each of nanomsg's transports.
#include "nanomsg/calls.hpp"

#include <unistd.h>

#include <cerrno>
#include <future>
#include <vector>

namespace weft::nanomsg_tests {

namespace {

/// An address for each transport; the last ones are weft's own.
std::vector<std::string> addresses() {
  static int port = 25620;
  auto const n = [] { return std::to_string(++port); };
  return {fresh(), "tcp://127.0.0.1:" + n(), "ipc:///tmp/weft-nanomsg-" + std::to_string(::getpid()) + "-" + n(),
          "ws://127.0.0.1:" + n(), "ofi+tcp://127.0.0.1:" + n()};
}

struct couple {
  couple(int left, int right, std::string const& url) : a(left), b(right) {
    b.bind(url);
    a.connect(url);
    a.wait_for_peers(1);
    b.wait_for_peers(1);
  }
  sock a, b;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_patterns)

BOOST_AUTO_TEST_CASE(pair_and_bus_talk_both_ways) {
  for (auto const protocol : {NN_PAIR, NN_BUS})
    for (auto const& url : addresses()) BOOST_TEST_CONTEXT(url) {
        couple c(protocol, protocol, url);
        c.a.send("ping");
        BOOST_TEST(c.b.receive() == "ping");
        c.b.send("pong");
        BOOST_TEST(c.a.receive() == "pong");
      }
}

BOOST_AUTO_TEST_CASE(requests_get_replies) {
  for (auto const& url : addresses()) BOOST_TEST_CONTEXT(url) {
      couple c(NN_REQ, NN_REP, url);
      BOOST_TEST(c.a.receive() == "error " + std::to_string(EFSM));
      BOOST_TEST(c.b.try_send() == EFSM);
      for (int i = 0; i < 3; ++i) {
        c.a.send("q");
        BOOST_TEST(c.a.try_receive() == EAGAIN);
        BOOST_TEST(c.b.receive() == "q");
        c.b.send("a");
        BOOST_TEST(c.a.receive() == "a");
      }
    }
}

BOOST_AUTO_TEST_CASE(a_pipeline_goes_one_way) {
  for (auto const& url : addresses()) BOOST_TEST_CONTEXT(url) {
      couple c(NN_PUSH, NN_PULL, url);
      BOOST_TEST(c.a.try_receive() == ENOTSUP);
      BOOST_TEST(c.b.try_send() == ENOTSUP);
      for (int i = 0; i < 100; ++i) c.a.send(std::to_string(i));
      for (int i = 0; i < 100; ++i) BOOST_TEST(c.b.receive() == std::to_string(i));
    }
}

BOOST_AUTO_TEST_CASE(subscriptions_count) {
  for (auto const& url : addresses()) BOOST_TEST_CONTEXT(url) {
      couple c(NN_SUB, NN_PUB, url);
      auto const option = [&](int which, std::string_view prefix) {
        BOOST_TEST(nn_setsockopt(c.a, NN_SUB, which, prefix.data(), prefix.size()) == 0);
      };
      option(NN_SUB_SUBSCRIBE, "a");
      option(NN_SUB_SUBSCRIBE, "a");
      option(NN_SUB_UNSUBSCRIBE, "a");
      option(NN_SUB_SUBSCRIBE, "end");
      // A publisher of weft's own may hear of a subscription a moment later; and one asked in haste would drop what its
      // queue has no room for.
      c.a.set(NN_SOL_SOCKET, NN_RCVTIMEO, 20);
      char end[3];
      do c.b.send("end");
      while (nn_recv(c.a, end, sizeof end, 0) < 0);
      c.a.set(NN_SOL_SOCKET, NN_RCVTIMEO, patience);
      c.b.send("b");
      c.b.send("a1");
      std::string got;
      do got = c.a.receive();
      while (got == "end");
      BOOST_TEST(got == "a1");
    }
}

BOOST_AUTO_TEST_CASE(a_survey_has_its_time) {
  for (auto const& url : addresses()) BOOST_TEST_CONTEXT(url) {
      couple c(NN_RESPONDENT, NN_SURVEYOR, url);
      BOOST_TEST(c.b.try_receive() == EFSM);
      BOOST_TEST(c.a.try_send() == EFSM);
      c.b.set(NN_SURVEYOR, NN_SURVEYOR_DEADLINE, patience);
      c.b.send("who?");
      BOOST_TEST(c.b.try_receive() == EAGAIN);
      BOOST_TEST(c.a.receive() == "who?");
      c.a.send("me");
      BOOST_TEST(c.b.receive() == "me");
      c.b.set(NN_SURVEYOR, NN_SURVEYOR_DEADLINE, 10);
      c.b.send("anybody?");
      BOOST_TEST(c.b.receive() == "error " + std::to_string(ETIMEDOUT));
      BOOST_TEST(c.b.receive() == "error " + std::to_string(EFSM));
    }
}

BOOST_AUTO_TEST_CASE(a_request_may_be_sent_before_there_is_anybody) {
  auto const url = fresh();
  sock req(NN_REQ), rep(NN_REP);
  req.connect(url);
  req.send("first");
  req.send("second");
  rep.bind(url);
  BOOST_TEST(rep.receive() == "second");
  rep.send("done");
  BOOST_TEST(req.receive() == "done");
}

BOOST_AUTO_TEST_CASE(a_receive_that_gives_up_leaves_its_request) {
  couple c(NN_REQ, NN_REP, fresh());
  c.a.set(NN_SOL_SOCKET, NN_RCVTIMEO, 1).send("q");
  BOOST_TEST(c.a.receive() == "error " + std::to_string(ETIMEDOUT));
  BOOST_TEST(c.b.receive() == "q");
  c.b.send("late");
  c.a.set(NN_SOL_SOCKET, NN_RCVTIMEO, patience);
  BOOST_TEST(c.a.receive() == "late");
}

BOOST_AUTO_TEST_CASE(an_unanswered_request_is_sent_again) {
  couple c(NN_REQ, NN_REP, fresh());
  c.a.set(NN_REQ, NN_REQ_RESEND_IVL, 10).send("again");
  for (int i = 0; i < 3; ++i) BOOST_TEST(c.b.receive() == "again");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_reply_waits_for_that_to_the_next_request) {
  couple c(NN_REQ, NN_REP, fresh());
  c.a.send("one");
  auto reply = std::async(std::launch::async, [&] { return c.a.receive(); });
  BOOST_TEST(c.b.receive() == "one");
  c.a.send("two");
  BOOST_TEST(c.b.receive() == "two");
  c.b.send("to two");
  BOOST_TEST(reply.get() == "to two");
}

BOOST_AUTO_TEST_CASE(the_best_priority_is_served_first) {
  auto const good = fresh(), bad = fresh();
  sock push(NN_PUSH), first(NN_PULL), second(NN_PULL);
  first.bind(good);
  second.bind(bad);
  push.set(NN_SOL_SOCKET, NN_SNDPRIO, 2).connect(bad);
  push.set(NN_SOL_SOCKET, NN_SNDPRIO, 1).connect(good);
  push.wait_for_peers(2);
  BOOST_TEST(nn_get_statistic(push, NN_STAT_CURRENT_SND_PRIORITY) == 1u);
  for (int i = 0; i < 10; ++i) push.send("good");
  for (int i = 0; i < 10; ++i) BOOST_TEST(first.receive() == "good");
  BOOST_TEST(nn_close(first.release()) == 0);
  while (nn_get_statistic(push, NN_STAT_CURRENT_CONNECTIONS) > 1) std::this_thread::yield();
  push.send("bad");
  BOOST_TEST(second.receive() == "bad");
}

BOOST_AUTO_TEST_CASE(what_is_too_large_does_not_come_from_elsewhere) {
  sock push(NN_PUSH), pull(NN_PULL);
  pull.set(NN_SOL_SOCKET, NN_RCVMAXSIZE, 4).set(NN_SOL_SOCKET, NN_RCVTIMEO, 100).bind("tcp://127.0.0.1:25619");
  push.connect("tcp://127.0.0.1:25619");
  push.send("good");
  BOOST_TEST(pull.receive() == "good");
  push.send("too large");
  BOOST_TEST(pull.receive() == "error " + std::to_string(ETIMEDOUT));
  couple within(NN_PUSH, NN_PULL, fresh());
  std::string const large(2'000'000, 'l');
  BOOST_TEST(nn_send(within.a, large.data(), large.size(), 0) == 2'000'000);
  BOOST_TEST(nn_recv(within.b, nullptr, 0, 0) == 2'000'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
