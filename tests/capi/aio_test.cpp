// SPDX-License-Identifier: MIT
// What goes on by itself ends once, and says how.
#include "capi/calls.hpp"

#include <array>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace weft::capi_tests {

namespace {

/// Answers by one chain of callbacks, until its socket is closed.
struct server {
  sock& rep;
  verdict good{};
  operation in{[this] { answer(); }};
  operation out{[this] { next(); }};

  explicit server(sock& s) : rep(s) { next(); }

  void answer() {
    if (weft_aio_result(in) != WEFT_OK) return;
    msg const request(weft_aio_take_message(in));
    auto const text = "to " + request.text();
    msg reply;
    good(weft_message_from(text.data(), text.size(), &reply.it) == WEFT_OK);
    good(reply.given(weft_socket_reply_aio(rep, request, reply, out)) == WEFT_OK);
  }
  void next() {
    int const code = weft_socket_receive_request_aio(rep, in);
    good(code == WEFT_OK || code == WEFT_ECLOSED);
  }
};

/// A question of its own.
struct client {
  weft_context c{};
  operation out{}, in{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(capi_aio)

BOOST_AUTO_TEST_CASE(a_message_is_sent_and_received) {
  sock a(WEFT_PAIR), b(WEFT_PAIR);
  operation in, out;
  ok(weft_socket_receive_aio(b, in));
  BOOST_TEST(weft_aio_result(in) == WEFT_EBUSY);
  BOOST_TEST(weft_aio_take_message(in) == nullptr);
  msg m("hello");
  ok(m.given(weft_socket_send_aio(a, m, out)));
  a.meet(b);
  BOOST_TEST(in.end() == WEFT_OK);
  BOOST_TEST(out.end() == WEFT_OK);
  BOOST_TEST(in.text() == "hello");
  BOOST_TEST(in.text() == "nothing");
  BOOST_TEST(out.text() == "nothing");
  BOOST_TEST(in.calls == 1);
  BOOST_TEST(out.calls == 1);
}

BOOST_AUTO_TEST_CASE(one_operation_does_one_thing_at_a_time) {
  sock a(WEFT_PAIR);
  operation op;
  ok(weft_socket_receive_aio(a, op));
  BOOST_TEST(weft_socket_receive_aio(a, op) == WEFT_EBUSY);
  msg m("x");
  BOOST_TEST(weft_socket_send_aio(a, m, op) == WEFT_EBUSY);
  BOOST_TEST(m.text() == "x");
  BOOST_TEST(weft_engine_sleep_aio({}, 1, op) == WEFT_EBUSY);
  ok(weft_aio_cancel(op));
  BOOST_TEST(op.end() == WEFT_ECANCELED);
  BOOST_TEST(op.calls == 1);
}

BOOST_AUTO_TEST_CASE(what_gives_up_in_time_has_its_message_still) {
  sock push(WEFT_PUSH), pull(WEFT_PULL);
  operation out, in;
  for (auto* op : {&out, &in}) ok(weft_aio_set_timeout(*op, 1));
  msg m("kept");
  ok(m.given(weft_socket_send_aio(push, m, out)));
  ok(weft_socket_receive_aio(pull, in));
  BOOST_TEST(out.end() == WEFT_ETIMEDOUT);
  BOOST_TEST(in.end() == WEFT_ETIMEDOUT);
  BOOST_TEST(out.text() == "kept");
  BOOST_TEST(in.text() == "nothing");
  BOOST_TEST(weft_aio_set_timeout(in, -2) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(a_sleep_ends_by_itself_or_before) {
  operation op;
  ok(weft_engine_sleep_aio({}, 1, op));
  BOOST_TEST(op.end() == WEFT_OK);
  ok(weft_engine_sleep_aio({}, patience, op));
  ok(weft_aio_cancel(op));
  ok(weft_aio_cancel(op));
  BOOST_TEST(op.end() == WEFT_ECANCELED);
  ok(weft_aio_set_timeout(op, 1));
  ok(weft_engine_sleep_aio({}, patience, op));
  BOOST_TEST(op.end() == WEFT_ETIMEDOUT);
  BOOST_TEST(op.calls == 3);
  BOOST_TEST(weft_engine_sleep_aio({}, -1, op) == WEFT_EARGUMENT);
  BOOST_TEST(op.end() == WEFT_ETIMEDOUT);  // nothing was begun
  ok(weft_aio_cancel(op));
}

BOOST_AUTO_TEST_CASE(closing_a_socket_or_context_ends_what_goes_on) {
  for (int round = 0; round < 20; ++round) {
    sock rep(WEFT_REP), push(WEFT_PUSH);
    weft_context c{};
    ok(weft_context_open(rep, {}, &c));
    operation in, asked, sent, own;
    ok(weft_socket_receive_aio(rep, in));
    ok(weft_socket_receive_request_aio(rep, asked));
    ok(weft_context_receive_aio(c, own));
    msg m("x");
    ok(m.given(weft_socket_send_aio(push, m, sent)));
    ok(weft_context_close(c));
    BOOST_TEST(own.end() == WEFT_ECLOSED);
    ok(weft_socket_close(rep.release(), 0, nullptr));
    ok(weft_socket_close(push.release(), 0, nullptr));
    for (auto* op : {&in, &asked, &sent}) {
      BOOST_TEST(op->end() == WEFT_ECLOSED);
      BOOST_TEST(op->calls == 1);
    }
    BOOST_TEST(sent.text() == "x");
  }
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_not_begun) {
  sock push(WEFT_PUSH);
  operation op;
  msg m("x");
  BOOST_TEST(weft_socket_receive_aio(push, op) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_receive_request_aio(push, op) == WEFT_EUNSUPPORTED);
  BOOST_TEST(weft_socket_send_aio(push, nullptr, op) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_send_aio({}, m, op) == WEFT_EBADID);
  BOOST_TEST(weft_socket_send_aio(push, m, {}) == WEFT_EBADID);
  BOOST_TEST(weft_aio_wait({}) == WEFT_EBADID);
  BOOST_TEST(weft_aio_result({}) == WEFT_EBADID);
  BOOST_TEST(weft_aio_cancel({}) == WEFT_EBADID);
  BOOST_TEST(weft_aio_take_message({}) == nullptr);
  weft_socket const gone = push.release();
  ok(weft_socket_close(gone, 0, nullptr));
  BOOST_TEST(weft_socket_send_aio(gone, m, op) == WEFT_ECLOSED);
  BOOST_TEST(m.text() == "x");
  ok(weft_aio_wait(op));  // there is nothing to wait for
  BOOST_TEST(op.calls == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_begins_the_next_one) {
  constexpr int wanted = 1000;
  sock a(WEFT_PUSH), b(WEFT_PULL);
  a.meet(b);
  std::promise<void> all;
  verdict good;
  operation in;
  int received = 0;
  in.then = [&] {
    if (weft_aio_result(in) != WEFT_OK) return;
    good(in.text() == std::to_string(received));
    if (++received == wanted) return all.set_value();
    good(weft_socket_receive_aio(b, in) == WEFT_OK);
  };
  ok(weft_socket_receive_aio(b, in));
  for (int i = 0; i < wanted; ++i) a.send(std::to_string(i));
  all.get_future().wait();
  BOOST_TEST(in.calls == wanted);
}

BOOST_AUTO_TEST_CASE(a_callback_may_free_its_own_operation_and_close_its_socket) {
  for (int round = 0; round < 50; ++round) {
    sock a(WEFT_PAIR), b(WEFT_PAIR);
    a.meet(b);
    std::promise<int> done;
    verdict good;
    auto* const op = new operation;
    op->then = [&, op] {
      good(weft_socket_close(b.release(), 0, nullptr) == WEFT_OK);
      int const waited = weft_aio_wait(op->it);
      good(weft_aio_close(std::exchange(op->it, {})) == WEFT_OK);
      done.set_value(waited);
    };
    ok(weft_socket_receive_aio(b, *op));
    a.send("x");
    BOOST_TEST(done.get_future().get() == WEFT_ESTATE);  // it would wait for itself
    // Its callback has run, and may still be on its way out: what waits for the next turn of the loop waits for that.
    operation behind;
    ok(weft_engine_sleep_aio({}, 0, behind));
    BOOST_TEST(behind.end() == WEFT_OK);
    delete op;
  }
}

BOOST_AUTO_TEST_CASE(a_close_waits_for_the_callback) {
  for (int round = 0; round < 100; ++round) {
    sock a(WEFT_PAIR);
    std::atomic<int> calls{0};
    weft_aio op{};
    ok(weft_aio_open([](void* n) { ++*static_cast<std::atomic<int>*>(n); }, &calls, &op));
    ok(weft_socket_receive_aio(a, op));
    ok(weft_aio_close(op));
    BOOST_TEST(calls == 1);
    BOOST_TEST(weft_aio_close(op) == WEFT_ECLOSED);
  }
}

BOOST_AUTO_TEST_CASE(threads_that_cancel_and_close_meet_at_one_end) {
  for (int round = 0; round < 100; ++round) {
    sock a(WEFT_PAIR), b(WEFT_PAIR);
    a.meet(b);
    operation op;
    ok(weft_socket_receive_aio(b, op));
    {
      std::jthread const cancels([&] { weft_aio_cancel(op); });
      std::jthread const sends([&] { weft_socket_send_bytes(a, "x", 1, WEFT_NONBLOCK); });
      std::jthread const closes([&] { weft_socket_close(b.it, 0, nullptr); });
    }
    int const how = op.end();
    BOOST_TEST((how == WEFT_OK || how == WEFT_ECANCELED || how == WEFT_ECLOSED));
    BOOST_TEST(op.calls == 1);
  }
}

BOOST_AUTO_TEST_CASE(many_operations_each_end_once) {
  constexpr int many = 200;
  sock rep(WEFT_REP), req(WEFT_REQ);
  rep.meet(req);
  server serves(rep);
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < many; ++i) {
    auto& one = *all.emplace_back(std::make_unique<client>());
    ok(weft_context_open(req, {}, &one.c));
    ok(weft_context_receive_aio(one.c, one.in));  // waits for the request
    msg question(std::to_string(i));
    ok(question.given(weft_context_send_aio(one.c, question, one.out)));
  }
  for (int i = 0; i < many; ++i) {
    auto& one = *all[static_cast<std::size_t>(i)];
    BOOST_TEST(one.out.end() == WEFT_OK);
    BOOST_TEST(one.in.end() == WEFT_OK);
    BOOST_TEST(one.in.text() == "to " + std::to_string(i));
    BOOST_TEST(one.in.calls == 1);
    ok(weft_context_close(one.c));
  }
  ok(weft_socket_close(rep.release(), 0, nullptr));
  ok(weft_aio_wait(serves.out));
  ok(weft_aio_wait(serves.in));
}

BOOST_AUTO_TEST_CASE(without_a_helper_who_waits_drives) {
  options o;
  ok(weft_set_bool(o.it.id, "engine.helper", false));
  weft_engine e{};
  ok(weft_engine_open(o, &e));
  {
    sock a(WEFT_PAIR, {}, e), b(WEFT_PAIR, {}, e);
    operation in, nap;
    ok(weft_socket_receive_aio(b, in));
    ok(weft_engine_sleep_aio(e, 1, nap));
    BOOST_TEST(nap.calls == 0);
    a.meet(b);
    a.send("x");
    BOOST_TEST(in.end() == WEFT_OK);
    BOOST_TEST(in.text() == "x");
    BOOST_TEST(nap.end() == WEFT_OK);
  }
  ok(weft_engine_close(e));
}

BOOST_AUTO_TEST_CASE(an_engine_ends_after_what_goes_on_in_it) {
  weft_engine e{};
  ok(weft_engine_open({}, &e));
  operation nap;
  ok(weft_engine_sleep_aio(e, 1, nap));
  ok(weft_engine_close(e));
  BOOST_TEST(nap.end() == WEFT_OK);
  BOOST_TEST(weft_engine_sleep_aio(e, 1, nap) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::capi_tests
