// SPDX-License-Identifier: MIT
// What REQ promises when its peers come and go, and when the network does what it likes.
#include "conformance/stage.hpp"

#include <future>
#include <map>
#include <vector>

namespace weft::conformance {

namespace {

void a_request_goes_to_the_service_that_took_the_place_of_its_own(stage& s) {
  req_socket req(s.here());
  rep_socket first(s.there());
  auto const url = s.connect(req, first);
  req.send("question", soon());
  BOOST_TEST(first.receive(soon()).text() == "question");
  first.close();
  rep_socket second(s.there());
  second.listen(url);
  BOOST_TEST(second.receive(soon()).text() == "question");
  second.send("answer", soon());
  BOOST_TEST(req.receive(soon()).text() == "answer");
}

void a_waiting_request_moves_on_when_its_service_is_lost(stage& s) {
  req_socket req(s.here());
  rep_socket first(s.there()), second(s.there());
  req.dial(s.listen(first));
  req.dial(s.listen(second));
  req.wait_for_peers(2, soon());
  req.send("question", soon());
  auto answer = std::async(std::launch::async, [&] { return receive_code(req, soon()); });
  auto const serve_second = [&] {
    BOOST_TEST(second.receive(soon()).text() == "question");
    second.send("answer", soon());
  };
  if (receive_code(first, {.until = 200ms}) == errc::timed_out) {
    // It was the other's turn: whoever has the request closes.
    BOOST_TEST(second.receive(soon()).text() == "question");
    second.close();
    BOOST_TEST(first.receive(soon()).text() == "question");
    first.send("answer", soon());
  } else {
    first.close();
    serve_second();
  }
  BOOST_TEST(!answer.get());
}

void a_request_that_is_sent_once_ends_with_its_service(stage& s) {
  req_socket req(s.here(), {.resend = resend_policy::never});
  rep_socket rep(s.there());
  s.connect(req, rep);
  req.send("question", soon());
  BOOST_TEST(rep.receive(soon()).text() == "question");
  auto waiting = std::async(std::launch::async, [&] { return receive_code(req, soon()); });
  rep.close();
  BOOST_TEST(waiting.get() == errc::connection_reset);
  BOOST_TEST(receive_code(req, soon()) == errc::wrong_state);
}

void a_silent_service_is_asked_again(stage& s) {
  couple<req_socket, rep_socket> c(s);
  req_socket impatient(s.here(), {.resend = {.every = 20ms}});
  impatient.dial(c.url);
  impatient.send("question", soon());
  for (int i = 0; i != 3; ++i) BOOST_TEST(c.b.receive(soon()).text() == "question");
  c.b.send("answer", soon());
  BOOST_TEST(impatient.receive(soon()).text() == "answer");
}

/// Answers each request with itself until the socket is closed.
void serve(rep_context context) {
  for (std::error_code why; !why;) {
    auto m = context.receive(soon(), why);
    if (!why) context.send(m, soon(), why);
  }
}

std::size_t ask(req_context context, std::size_t first, std::size_t count) {
  std::size_t good = 0;
  for (std::size_t i = first; i != first + count; ++i) {
    auto const size = i % 10 * 2000;
    context.send(patterned(size, static_cast<unsigned>(i)), soon());
    good += is_patterned(context.receive(soon()), size, static_cast<unsigned>(i));
  }
  return good;
}

// Messages are dropped and late, connections break and are refused: every request has its reply all the same,
// and no context gets one that is not its own.
void every_request_is_answered_in_the_end(stage& s) {
  rep_socket rep(s.there());
  req_socket req(s.here(), {.resend = {.every = 20ms}});
  req.dial(s.listen(rep), {.retry_min = 1ms, .retry_max = 10ms});
  req.dial(s.listen(rep), {.retry_min = 1ms, .retry_max = 10ms});
  constexpr std::size_t askers = 4, each = 100;
  std::vector<std::future<void>> service;
  std::vector<std::future<std::size_t>> asking;
  for (int i = 0; i != 4; ++i) service.push_back(std::async(std::launch::async, serve, rep.open_context()));
  for (std::size_t i = 0; i != askers; ++i)
    asking.push_back(std::async(std::launch::async, ask, req.open_context(), i * each, each));
  for (auto& a : asking) BOOST_TEST(a.get() == each);
  rep.close();
}

// What arrives in spite of it all comes once, and in order on each connection. A connection that is made again may be
// heard before what was left on the one before it.
void what_survives_is_in_order_and_comes_once(stage& s) {
  constexpr std::size_t all = 2000;
  pull_socket pull(s.there());
  push_socket push(s.here());
  monitor events(push);
  push.dial(s.listen(pull), {.retry_min = 1ms, .retry_max = 10ms});
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t i = 0; i != all; ++i) push.send(numbered_message(i), soon());
  });
  std::map<pipe_id, std::size_t> next;
  std::vector<bool> came(all);
  std::size_t late = 0, twice = 0;
  std::error_code why;
  // All can be on its way before the first is here.
  for (bool sent = false; !sent || !why;) {
    sent = sender.wait_for(0s) == std::future_status::ready;
    auto const m = pull.receive(next.empty() ? soon() : not_long(), why);
    if (why) continue;
    auto const n = number_in(m);
    late += n < next[m.source()];
    next[m.source()] = n + 1;
    twice += came.at(n);
    came[n] = true;
  }
  sender.get();
  BOOST_TEST(late == 0u);
  BOOST_TEST(twice == 0u);
  BOOST_TEST(!next.empty());
}

using kind = conformance_case;
constexpr conformance_case all[] = {
    {"a_request_goes_to_the_service_that_took_the_place_of_its_own",
     a_request_goes_to_the_service_that_took_the_place_of_its_own},
    {"a_waiting_request_moves_on_when_its_service_is_lost", a_waiting_request_moves_on_when_its_service_is_lost},
    {"a_request_that_is_sent_once_ends_with_its_service", a_request_that_is_sent_once_ends_with_its_service},
    {"a_silent_service_is_asked_again", a_silent_service_is_asked_again},
    {"every_request_is_answered_in_the_end", every_request_is_answered_in_the_end, kind::anywhere},
    {"what_survives_is_in_order_and_comes_once", what_survives_is_in_order_and_comes_once, kind::with_loss},
};

}  // namespace

cases request_cases() { return all; }

}  // namespace weft::conformance
