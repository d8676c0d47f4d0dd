// SPDX-License-Identifier: MIT
// Sockets and contexts come, meet, talk and go.
#include "capi/calls.hpp"

#include <poll.h>

#include <array>
#include <thread>
#include <vector>

namespace weft::capi_tests {

namespace {

int opened(int protocol) {
  weft_socket s{};
  int const code = weft_socket_open(protocol, &s);
  if (code == WEFT_OK) ok(weft_socket_close(s, 0, nullptr));
  return code;
}

bool readable(int fd, int timeout) {
  pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&p, 1, timeout) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(capi_sockets)

BOOST_AUTO_TEST_CASE(every_protocol_opens) {
  for (int p = WEFT_REQ; p <= WEFT_PAIR_HUB; ++p) ok(opened(p));
  for (int p = WEFT_REQ; p <= WEFT_PAIR1; ++p) ok(opened(p | WEFT_RAW));
  for (int p : {0, -1, WEFT_PAIR_HUB + 1, WEFT_PAIR_HUB | WEFT_RAW, int{WEFT_RAW}})
    BOOST_TEST(opened(p) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(a_request_is_answered_over_every_transport) {
  for (auto const* scheme : {"inproc", "ipc", "abstract", "tcp", "ws", "ofi+tcp"}) {
    auto const url = scheme == std::string("ws") ? "ws://127.0.0.1:0/w" : fresh(scheme);
    sock rep(WEFT_REP), req(WEFT_REQ);
    weft_listener l{};
    int const code = weft_socket_listen(rep, url.c_str(), {}, &l);
    if (code == WEFT_ESCHEME) continue;  // not in this build
    ok(code);
    std::array<char, 256> at;
    std::size_t size = at.size();
    ok(weft_get_string(l.id, "url", at.data(), &size));
    BOOST_TEST(size == std::string(at.data()).size() + 1);
    req.dial(at.data());
    req.send("question");
    BOOST_TEST(rep.receive() == "question");
    rep.send("answer");
    BOOST_TEST(req.receive() == "answer");
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_dialed_says_why) {
  sock s(WEFT_PAIR), t(WEFT_PAIR);
  auto const dial = [&](char const* url) { return weft_socket_dial(s, url, {}, nullptr); };
  BOOST_TEST(dial("nonsense") == WEFT_EURL);
  BOOST_TEST(dial("warp://x") == WEFT_ESCHEME);
  BOOST_TEST(std::string(weft_error_detail()).find("warp") != std::string::npos);
  BOOST_TEST(dial("ofi+nosuch://127.0.0.1:0") != WEFT_OK);
  BOOST_TEST(dial(nullptr) == WEFT_EARGUMENT);
  auto const url = s.listen("tcp://127.0.0.1:0");
  BOOST_TEST(weft_socket_listen(t, url.c_str(), {}, nullptr) == WEFT_EADDRINUSE);
  BOOST_TEST(weft_errno(WEFT_EADDRINUSE) == EADDRINUSE);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_closed_is_dialed_no_more) {
  sock a(WEFT_PAIR), b(WEFT_PAIR);
  weft_listener l{};
  weft_dialer d{};
  auto const url = fresh();
  ok(weft_socket_listen(a, url.c_str(), {}, &l));
  ok(weft_socket_dial(b, url.c_str(), {}, &d));
  ok(weft_socket_wait_for_peers(a, 1, patience));
  ok(weft_dialer_close(d));
  BOOST_TEST(weft_dialer_close(d) == WEFT_ECLOSED);
  for (std::size_t n = 1; n != 0;) ok(weft_socket_peers(b, &n));
  ok(weft_listener_close(l));
  BOOST_TEST(weft_listener_close(l) == WEFT_ECLOSED);
  b.listen(url);  // the name is free again
}

BOOST_AUTO_TEST_CASE(an_address_outlives_its_socket_as_an_error_only) {
  weft_listener l{};
  {
    sock a(WEFT_PAIR);
    ok(weft_socket_listen(a, fresh().c_str(), {}, &l));
  }
  BOOST_TEST(weft_listener_close(l) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(what_may_not_wait_says_what_it_would_wait_for) {
  sock push(WEFT_PUSH), pull(WEFT_PULL), req(WEFT_REQ);
  msg m("x");
  BOOST_TEST(weft_socket_send(push, m, WEFT_NONBLOCK) == WEFT_ENOPEERS);
  BOOST_TEST(m.text() == "x");
  BOOST_TEST(weft_errno(WEFT_ENOPEERS) == EAGAIN);
  weft_message* got = nullptr;
  BOOST_TEST(weft_socket_receive(pull, &got, WEFT_NONBLOCK) == WEFT_EWOULDBLOCK);
  BOOST_TEST(weft_socket_receive(req, &got, 0) == WEFT_ESTATE);
  BOOST_TEST(weft_socket_receive(push, &got, 0) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_send(pull, m, 0) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_send(push, m, 64) == WEFT_EARGUMENT);
  BOOST_TEST(got == nullptr);
}

BOOST_AUTO_TEST_CASE(a_call_gives_up_in_time) {
  sock push(WEFT_PUSH), pull(WEFT_PULL);
  ok(weft_set_ms(push.it.id, "send-timeout", 1));
  ok(weft_set_ms(pull.it.id, "receive-timeout", 0));
  msg m("x");
  BOOST_TEST(weft_socket_send(push, m, 0) == WEFT_ETIMEDOUT);
  BOOST_TEST(pull.receive() == "error " + std::to_string(WEFT_ETIMEDOUT));
  BOOST_TEST(weft_socket_wait_for_peers(pull, 1, 1) == WEFT_ETIMEDOUT);
  BOOST_TEST(weft_socket_wait_for_peers(pull, 1, -2) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(bytes_that_do_not_fit_are_received_next_time) {
  sock rep(WEFT_REP), req(WEFT_REQ);
  rep.meet(req);
  req.send("twelve bytes");
  char room[16];
  std::size_t size = 4;
  BOOST_TEST(weft_socket_receive_bytes(rep, room, &size, 0) == WEFT_ENOSPACE);
  BOOST_TEST(size == 12u);
  size = sizeof room;
  ok(weft_socket_receive_bytes(rep, room, &size, 0));
  BOOST_TEST(std::string(room, size) == "twelve bytes");
  rep.send("");  // it is still the one that was asked
  size = 0;
  ok(weft_socket_receive_bytes(req, nullptr, &size, 0));
  BOOST_TEST(size == 0u);
}

BOOST_AUTO_TEST_CASE(threads_that_wait_are_ended_by_a_close) {
  for (int p : {WEFT_PULL, WEFT_PAIR, WEFT_REP, WEFT_BUS}) {
    weft_socket const s = sock(p).release();
    std::vector<std::future<int>> all;
    for (int i = 0; i < 4; ++i)
      all.push_back(std::async(std::launch::async, [s] {
        weft_message* m = nullptr;
        return weft_socket_receive(s, &m, 0);
      }));
    ok(weft_socket_close(s, 0, nullptr));
    for (auto& one : all) BOOST_TEST(one.get() == WEFT_ECLOSED);
    BOOST_TEST(weft_socket_close(s, 0, nullptr) == WEFT_ECLOSED);
  }
}

BOOST_AUTO_TEST_CASE(a_close_reports) {
  sock a(WEFT_PAIR), b(WEFT_PAIR);
  a.meet(b);
  b.send("never asked for");
  // It is there once it shows.
  int fd = -1;
  ok(weft_socket_receive_fd(a, &fd));
  BOOST_TEST(readable(fd, patience));
  weft_close_report lost{7, 7};
  ok(weft_socket_close(a.release(), 0, &lost));
  BOOST_TEST(lost.unconfirmed == 0u);
  BOOST_TEST(lost.discarded == 1u);
}

BOOST_AUTO_TEST_CASE(contexts_ask_for_themselves) {
  sock rep(WEFT_REP), req(WEFT_REQ);
  rep.meet(req);
  std::array<weft_context, 3> ask{};
  for (auto& c : ask) {
    ok(weft_context_open(req, {}, &c));
    auto const name = std::to_string(c.id);
    ok(weft_context_send_bytes(c, name.data(), name.size(), 0));
  }
  for (std::size_t i = 0; i < ask.size(); ++i) rep.send(rep.receive());
  for (auto const& c : ask) {
    msg m;
    ok(weft_context_receive(c, &m.it, 0));
    BOOST_TEST(m.text() == std::to_string(c.id));
    BOOST_TEST(weft_message_pipe(m).socket == req.it.id);
    ok(weft_context_close(c));
    BOOST_TEST(weft_context_close(c) == WEFT_ECLOSED);
  }
  weft_context c{};
  sock push(WEFT_PUSH);
  BOOST_TEST(weft_context_open(push, {}, &c) == WEFT_EUNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(contexts_answer_for_themselves) {
  sock rep(WEFT_REP), req(WEFT_REQ);
  rep.meet(req);
  weft_context serves{};
  ok(weft_context_open(rep, {}, &serves));
  ok(weft_set_ms(serves.id, "receive-timeout", patience));
  req.send("question");
  char room[16];
  std::size_t size = 3;
  BOOST_TEST(weft_context_receive_bytes(serves, room, &size, 0) == WEFT_ENOSPACE);
  BOOST_TEST(size == 8u);
  ok(weft_context_receive_bytes(serves, room, &size, 0));
  BOOST_TEST(std::string(room, size) == "question");
  msg answer("answer");
  ok(answer.given(weft_context_send(serves, answer, 0)));
  BOOST_TEST(req.receive() == "answer");
  msg second("again");
  BOOST_TEST(weft_context_send(serves, second, 0) == WEFT_ESTATE);
  BOOST_TEST(second.text() == "again");
  ok(weft_set_int(rep.it.id, "hops", 3));
  BOOST_TEST(weft_set_int(serves.id, "hops", 3) == WEFT_EOPTION);  // it is of the whole socket
  ok(weft_context_close(serves));
}

BOOST_AUTO_TEST_CASE(who_waits_on_a_context_is_ended_with_it) {
  sock rep(WEFT_REP);
  weft_context c{};
  ok(weft_context_open(rep, {}, &c));
  auto waiting = std::async(std::launch::async, [c] {
    weft_message* m = nullptr;
    return weft_context_receive(c, &m, 0);
  });
  ok(weft_context_close(c));
  BOOST_TEST(waiting.get() == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(requests_are_answered_in_any_order) {
  sock rep(WEFT_REP), first(WEFT_REQ), second(WEFT_REQ);
  auto const url = rep.listen();
  for (auto* s : {&first, &second}) {
    s->dial(url);
    s->send(std::to_string(s->it.id));
  }
  msg one, two;
  ok(weft_socket_receive_request(rep, &one.it, 0));
  ok(weft_socket_receive_request(rep, &two.it, 0));
  for (auto* request : {&two, &one}) {
    msg answer("to " + request->text());
    ok(answer.given(weft_socket_reply(rep, *request, answer, 0)));
  }
  for (auto* s : {&first, &second}) BOOST_TEST(s->receive() == "to " + std::to_string(s->it.id));
  msg none;
  BOOST_TEST(weft_socket_receive_request(first, &none.it, 0) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_receive_request(rep, &none.it, WEFT_NONBLOCK) == WEFT_EWOULDBLOCK);
  BOOST_TEST(weft_socket_reply(rep, one, one, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_reply(rep, none, two, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_reply(first, one, two, 0) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(subscriptions_choose) {
  sock pub(WEFT_PUB), sub(WEFT_SUB);
  weft_context own{};
  ok(weft_context_open(sub, {}, &own));
  ok(weft_socket_subscribe(sub, "a", 1));
  ok(weft_context_subscribe(own, nullptr, 0));
  pub.meet(sub);
  int fd = -1;
  ok(weft_socket_receive_fd(sub, &fd));
  do pub.send("a1");
  while (!readable(fd, 1));  // the publisher has heard of the subscription
  BOOST_TEST(sub.receive() == "a1");
  msg m;
  ok(weft_context_receive(own, &m.it, 0));
  ok(weft_socket_unsubscribe(sub, "a", 1));
  BOOST_TEST(weft_socket_unsubscribe(sub, "a", 1) == WEFT_EARGUMENT);
  ok(weft_context_unsubscribe(own, "", 0));
  BOOST_TEST(weft_socket_subscribe(pub, "a", 1) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_subscribe(sub, nullptr, 1) == WEFT_EARGUMENT);
  ok(weft_context_close(own));
}

BOOST_AUTO_TEST_CASE(descriptors_show_what_can_be_done) {
  sock a(WEFT_PAIR), b(WEFT_PAIR);
  int in = -1, out = -1;
  ok(weft_socket_receive_fd(a, &in));
  ok(weft_socket_send_fd(a, &out));
  BOOST_TEST(!readable(in, 0));
  BOOST_TEST(!readable(out, 0));
  a.meet(b);
  BOOST_TEST(readable(out, patience));
  b.send("x");
  BOOST_TEST(readable(in, patience));
  BOOST_TEST(a.receive(WEFT_NONBLOCK) == "x");
  BOOST_TEST(!readable(in, 0));
  sock push(WEFT_PUSH);
  BOOST_TEST(weft_socket_receive_fd(push, &in) == WEFT_EUNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(a_hub_speaks_to_each_by_itself) {
  sock hub(WEFT_PAIR_HUB), one(WEFT_PAIR1), two(WEFT_PAIR1);
  auto const url = hub.listen();
  for (auto* s : {&one, &two}) {
    s->dial(url);
    s->send(s == &one ? "one" : "two");
  }
  for (int i = 0; i < 2; ++i) {
    msg m;
    ok(weft_socket_receive(hub, &m.it, 0));
    auto const pipe = weft_message_pipe(m);
    BOOST_TEST(pipe.socket == hub.it.id);
    msg answer("to " + m.text());
    ok(answer.given(weft_socket_send_to(hub, pipe, answer)));
  }
  BOOST_TEST(one.receive() == "to one");
  BOOST_TEST(two.receive() == "to two");
  msg m("x");
  BOOST_TEST(weft_socket_send_to(hub, {hub.it.id, 999}, m) == WEFT_ENOPEERS);
  BOOST_TEST(weft_socket_send_to(hub, {one.it.id, 1}, m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_send_to(one, {one.it.id, 1}, m) == WEFT_EUNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(a_device_carries_until_a_socket_is_closed) {
  sock req(WEFT_REQ), rep(WEFT_REP), front(WEFT_REP | WEFT_RAW), back(WEFT_REQ | WEFT_RAW);
  front.meet(req);
  rep.meet(back);
  weft_device d{};
  ok(weft_device_open(front, back, &d));
  req.send("through");
  BOOST_TEST(rep.receive() == "through");
  rep.send("and back");
  BOOST_TEST(req.receive() == "and back");
  std::uint64_t n = 0;
  ok(weft_device_carried(d, &n));
  BOOST_TEST(n == 2u);
  BOOST_TEST(weft_device_wait(d, 0) == WEFT_ETIMEDOUT);
  ok(weft_socket_close(front.release(), 0, nullptr));
  BOOST_TEST(weft_device_wait(d, patience) == WEFT_ECLOSED);
  ok(weft_device_close(d));
  BOOST_TEST(weft_device_close(d) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(a_device_runs_in_the_thread_that_calls_it) {
  sock a(WEFT_PUSH), z(WEFT_PULL), in(WEFT_PULL | WEFT_RAW), out(WEFT_PUSH | WEFT_RAW);
  in.meet(a);
  out.meet(z);
  auto running = std::async(std::launch::async, [&] { return weft_device_run(in, out); });
  a.send("carried");
  BOOST_TEST(z.receive() == "carried");
  ok(weft_socket_close(out.release(), 0, nullptr));
  BOOST_TEST(running.get() == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(a_device_refuses_what_does_not_fit) {
  sock cooked(WEFT_REP), rep(WEFT_REP | WEFT_RAW), pub(WEFT_PUB | WEFT_RAW), bus(WEFT_BUS | WEFT_RAW);
  weft_engine other{};
  ok(weft_engine_open({}, &other));
  sock req(WEFT_REQ | WEFT_RAW, {}, other);
  weft_device d{};
  BOOST_TEST(weft_device_open(cooked, rep, &d) == WEFT_EARGUMENT);
  BOOST_TEST(weft_device_open(pub, rep, &d) == WEFT_EARGUMENT);
  BOOST_TEST(weft_device_open(rep, req, &d) == WEFT_EARGUMENT);
  BOOST_TEST(weft_device_open(bus, bus, &d) == WEFT_EARGUMENT);
  BOOST_TEST(weft_device_open(rep, {}, &d) == WEFT_EARGUMENT);
  ok(weft_device_open(bus, {}, &d));  // what comes out goes back in, to the others
  ok(weft_device_close(d));
  ok(weft_engine_close(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::capi_tests
