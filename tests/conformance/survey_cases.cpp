// SPDX-License-Identifier: MIT
// Questions to many, and what they answer in time.
#include "conformance/stage.hpp"

#include <algorithm>
#include <list>
#include <vector>

namespace weft::conformance {

namespace {

void a_hundred_respondents_answer_one_survey(stage& s) {
  constexpr std::size_t many = 100;
  surveyor_socket ask(s.here(), {.survey_time = patience});
  auto const url = s.listen(ask);
  std::list<respondent_socket> respondents;
  for (std::size_t i = 0; i != many; ++i) respondents.emplace_back(s.there()).dial(url);
  ask.wait_for_peers(many, soon());
  ask.send("who are you?", soon());
  for (std::size_t i = 0; auto& r : respondents) {
    BOOST_TEST(r.receive(soon()).text() == "who are you?");
    r.send(numbered_message(i++), soon());
  }
  std::vector<std::size_t> all;
  while (all.size() != many) all.push_back(number_in(ask.receive(soon())));
  std::ranges::sort(all);
  for (std::size_t i = 0; i != many; ++i) BOOST_TEST(all[i] == i);
  BOOST_TEST(!ask.try_receive().has_value());
}

void a_survey_ends_in_time_and_late_answers_reach_nobody(stage& s) {
  surveyor_socket ask(s.here(), {.survey_time = 50ms});
  respondent_socket prompt(s.there()), slow(s.there());
  ask.dial(s.listen(prompt));
  ask.dial(s.listen(slow));
  ask.wait_for_peers(2, soon());
  BOOST_TEST(receive_code(ask, soon()) == errc::wrong_state);
  ask.send("1", soon());
  BOOST_TEST(receive_code(ask, soon()) == errc::timed_out);
  BOOST_TEST(receive_code(ask, soon()) == errc::wrong_state);
  slow.receive(soon());
  slow.send("late", soon());
  auto patient = ask.open_context({.survey_time = patience});
  patient.send("2", soon());
  for (auto* text : {"1", "2"}) BOOST_TEST(prompt.receive(soon()).text() == text);
  prompt.send("in time", soon());
  BOOST_TEST(patient.receive(soon()).text() == "in time");
  BOOST_TEST(!patient.try_receive().has_value());
  BOOST_TEST(receive_code(ask, soon()) == errc::wrong_state);
}

void surveys_that_are_held_are_answered_in_any_order(stage& s) {
  surveyor_socket ask(s.here(), {.survey_time = patience});
  respondent_socket reply(s.there());
  s.connect(ask, reply);
  std::vector<surveyor_context> asking;
  for (std::size_t i = 0; i != 20; ++i) {
    asking.push_back(ask.open_context());
    asking.back().send(numbered_message(i), soon());
  }
  std::vector<survey_request> held;
  for (std::size_t i = 0; i != 20; ++i) held.push_back(reply.receive_request(soon()));
  for (; !held.empty(); held.pop_back()) held.back().reply(held.back().text(), soon());
  for (std::size_t i = 0; i != 20; ++i) BOOST_TEST(number_in(asking[i].receive(soon())) == i);
}

void a_survey_goes_through_a_device_and_back(stage& s) {
  raw_respondent_socket in(s.here());
  raw_surveyor_socket out(s.here());
  auto const front = s.listen(in), behind = s.listen(out);
  surveyor_socket one(s.there(), {.survey_time = patience}), other(s.there(), {.survey_time = patience});
  respondent_socket x(s.there()), y(s.there());
  for (auto* r : {&x, &y}) r->dial(behind);
  out.wait_for_peers(2, soon());
  device between(std::move(in), std::move(out));
  for (auto* a : {&one, &other}) {
    a->dial(front);
    a->wait_for_peers(1, soon());
    a->send("q", soon());
    for (auto* r : {&x, &y}) {
      BOOST_TEST(r->receive(soon()).text() == "q");
      r->send("a", soon());
    }
    for (int i = 0; i != 2; ++i) BOOST_TEST(a->receive(soon()).text() == "a");
  }
  BOOST_TEST(comes_true([&] { return between.carried() == 6u; }));
}

constexpr conformance_case all[] = {
    {"a_hundred_respondents_answer_one_survey", a_hundred_respondents_answer_one_survey},
    {"a_survey_ends_in_time_and_late_answers_reach_nobody", a_survey_ends_in_time_and_late_answers_reach_nobody},
    {"surveys_that_are_held_are_answered_in_any_order", surveys_that_are_held_are_answered_in_any_order},
    {"a_survey_goes_through_a_device_and_back", a_survey_goes_through_a_device_and_back},
};

}  // namespace

cases survey_cases() { return all; }

}  // namespace weft::conformance
