// SPDX-License-Identifier: MIT
// Many requests at a time: held and answered in any order, passed on by devices, served by many threads.
#include "conformance/stage.hpp"

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace weft::conformance {

namespace {

void requests_are_held_and_answered_in_any_order(stage& s) {
  couple<req_socket, rep_socket> c(s);
  constexpr std::size_t count = 10;
  std::vector<req_context> asking;
  std::vector<rep_request> held;
  for (std::size_t i = 0; i != count; ++i) {
    asking.push_back(c.a.open_context());
    asking.back().send(numbered_message(i), soon());
    held.push_back(c.b.receive_request(soon()));
    BOOST_TEST(number_in(held.back().body()) == i);
  }
  std::vector<std::future<void>> answering;
  while (!held.empty()) {
    answering.push_back(std::async(std::launch::async, [r = std::move(held.back())]() mutable {
      r.reply("to " + std::string(r.text()), soon());
    }));
    held.pop_back();
  }
  for (auto& a : answering) a.get();
  for (std::size_t i = 0; i != count; ++i) BOOST_TEST(asking[i].receive(soon()).text() == "to " + std::to_string(i));
}

void a_request_that_is_held_is_answered_once(stage& s) {
  couple<req_socket, rep_socket> c(s);
  c.a.send("q", soon());
  auto held = c.b.receive_request(soon());
  held.reply("a", soon());
  message again("again");
  std::error_code why;
  held.reply(again, soon(), why);
  BOOST_TEST(why == errc::wrong_state);
  BOOST_TEST(c.a.receive(soon()).text() == "a");
}

void a_request_that_nobody_answers_is_given_up(stage& s) {
  rep_socket rep(s.there());
  req_socket req(s.here(), {.resend = {.every = 10ms, .tries = 3, .backoff = 2}});
  s.connect(req, rep);
  req.send("q", soon());
  BOOST_TEST(receive_code(req, soon()) == errc::gave_up);
  BOOST_TEST(receive_code(req, soon()) == errc::wrong_state);
  req_context patient = req.open_context({.resend = resend_policy::never});
  patient.send("patient", soon());
  for (std::string asked; asked != "patient"; rep.send("a", soon())) asked = rep.receive(soon()).text();
  BOOST_TEST(patient.receive(soon()).text() == "a");
}

/// Passes on what comes, one way, until either is closed.
template <class From, class To>
void forward(From& from, To& to) {
  for (std::error_code why; !why;) {
    auto m = from.receive({}, why);
    if (!why) to.send(m, {}, why);
  }
}

void a_request_goes_through_a_device_and_its_reply_back(stage& s) {
  rep_socket rep(s.there());
  raw_req_socket back(s.here());
  raw_rep_socket front(s.here());
  req_socket req(s.there());
  s.connect(back, rep);
  s.connect(req, front);
  std::thread there([&] { forward(front, back); }), home([&] { forward(back, front); });
  for (std::size_t i = 0; i != 100; ++i) {
    req.send(numbered_message(i), soon());
    BOOST_TEST(number_in(rep.receive(soon())) == i);
    rep.send(numbered_message(i + 1), soon());
    BOOST_TEST(number_in(req.receive(soon())) == i + 1);
  }
  front.close();
  back.close();
  there.join();
  home.join();
}

void many_threads_share_the_contexts_of_two_sockets(stage& s) {
  couple<req_socket, rep_socket> c(s);
  constexpr int servers = 32, askers = 32, each = 20;
  std::vector<std::future<void>> serving;
  for (int i = 0; i != servers; ++i)
    serving.push_back(std::async(std::launch::async, [context = c.b.open_context()]() mutable {
      for (std::error_code why; !why;) {
        auto m = context.receive({}, why);
        if (!why) context.send(m, {}, why);
      }
    }));
  std::vector<std::future<int>> asking;
  for (int i = 0; i != askers; ++i)
    asking.push_back(std::async(std::launch::async, [i, context = c.a.open_context()]() mutable {
      int good = 0;
      for (int n = 0; n != each; ++n) {
        auto const text = std::to_string(i * each + n);
        std::error_code why;
        message m(text);
        context.send(m, soon(), why);
        good += !why && context.receive(soon(), why).text() == text;
      }
      return good;
    }));
  for (auto& a : asking) BOOST_TEST(a.get() == each);
  c.b.close();
}

// Of those who wait, one is woken for each request: should it give up just then, another must be.
void a_server_that_gives_up_leaves_its_request_to_another(stage& s) {
  couple<req_socket, rep_socket> c(s);
  auto patient = std::async(std::launch::async, [context = c.b.open_context()]() mutable {
    for (std::error_code why; !why;) {
      auto m = context.receive({}, why);
      if (!why) context.send(m, {}, why);
    }
  });
  std::vector<std::future<void>> hasty;
  for (int i = 0; i != 3; ++i)
    hasty.push_back(std::async(std::launch::async, [context = c.b.open_context()]() mutable {
      for (std::error_code why; why != errc::closed;) {
        auto m = context.receive({.until = 100us}, why);
        if (!why) context.send(m, {}, why);
      }
    }));
  for (std::size_t i = 0; i != 200; ++i) {
    c.a.send(numbered_message(i), soon());
    BOOST_TEST(number_in(c.a.receive(soon())) == i);
  }
  c.b.close();
}

constexpr conformance_case all[] = {
    {"requests_are_held_and_answered_in_any_order", requests_are_held_and_answered_in_any_order},
    {"a_request_that_is_held_is_answered_once", a_request_that_is_held_is_answered_once},
    {"a_request_that_nobody_answers_is_given_up", a_request_that_nobody_answers_is_given_up},
    {"a_request_goes_through_a_device_and_its_reply_back", a_request_goes_through_a_device_and_its_reply_back},
    {"many_threads_share_the_contexts_of_two_sockets", many_threads_share_the_contexts_of_two_sockets},
    {"a_server_that_gives_up_leaves_its_request_to_another", a_server_that_gives_up_leaves_its_request_to_another},
};

}  // namespace

cases reply_cases() { return all; }

}  // namespace weft::conformance
