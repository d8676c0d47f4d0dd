// SPDX-License-Identifier: MIT
// Devices in the middle: peers on both sides behave as if there were none.
#include "conformance/stage.hpp"

#include <future>
#include <list>
#include <set>
#include <string>
#include <vector>

namespace weft::conformance {

namespace {

/// A device with an address on either side.
template <class Front, class Back>
struct middle {
  middle(stage& s, engine& e, typename Front::options front_options = {}) {
    basic_socket<Front> in(e, front_options);
    basic_socket<Back> out(e);
    front = s.listen(in);
    back = s.listen(out);
    between.emplace(std::move(in), std::move(out));
  }
  std::string front, back;
  std::optional<device> between;
};

using request_device = middle<raw_rep, raw_req>;

/// A device whose way out is another one's way in.
struct chain {
  chain(stage& s, raw_rep::options first_hops = {}) {
    basic_socket<raw_rep> far_in(s.here()), near_in(s.there(), first_hops);
    basic_socket<raw_req> far_out(s.here()), near_out(s.there());
    back = s.listen(far_out);
    near_out.dial(s.listen(far_in));
    near_out.wait_for_peers(1, soon());
    front = s.listen(near_in);
    far.emplace(std::move(far_in), std::move(far_out));
    near.emplace(std::move(near_in), std::move(near_out));
  }
  std::string front, back;
  std::optional<device> near, far;
};

/// Answers `n` requests with its name in front of them.
std::future<void> serve(rep_socket& s, std::string name, std::size_t n) {
  return std::async(std::launch::async, [&s, name, n] {
    for (std::size_t i = 0; i != n; ++i) {
      auto const request = s.receive(soon());
      s.send(name + ":" + std::string(request.text()), soon());
    }
  });
}

void a_request_crosses_two_devices_to_many_services(stage& s) {
  constexpr std::size_t services = 3, each = 20;
  chain c(s);
  std::list<rep_socket> reps;
  std::vector<std::future<void>> serving;
  for (std::size_t i = 0; i != services; ++i) {
    auto& rep = reps.emplace_back(s.there());
    rep.dial(c.back);
    rep.wait_for_peers(1, soon());
  }
  for (std::size_t i = 0; auto& rep : reps) serving.push_back(serve(rep, std::to_string(i++), each));
  req_socket ask(s.here());
  ask.dial(c.front);
  std::set<std::string> who;
  for (std::size_t i = 0; i != services * each; ++i) {
    auto const question = std::to_string(i);
    ask.send(question, soon());
    auto const answer = std::string(ask.receive(soon()).text());
    BOOST_TEST(answer.substr(answer.find(':') + 1) == question);
    who.insert(answer.substr(0, answer.find(':')));
  }
  BOOST_TEST(who.size() == services);
  for (auto& f : serving) f.get();
}

void two_clients_of_a_device_get_their_own_replies(stage& s) {
  request_device d(s, s.there());
  rep_socket rep(s.here());
  rep.dial(d.back);
  rep.wait_for_peers(1, soon());
  auto serving = serve(rep, "r", 100);
  req_socket one(s.here()), other(s.here());
  one.dial(d.front);
  other.dial(d.front);
  for (int i = 0; i != 50; ++i) {
    one.send("one " + std::to_string(i), soon());
    other.send("other " + std::to_string(i), soon());
    BOOST_TEST(other.receive(soon()).text() == "r:other " + std::to_string(i));
    BOOST_TEST(one.receive(soon()).text() == "r:one " + std::to_string(i));
  }
  serving.get();
}

void a_request_that_came_too_far_is_dropped(stage& s) {
  chain c(s);
  rep_socket strict(s.there(), {.hops = 2}), content(s.there(), {.hops = 3});
  strict.dial(c.back);
  strict.wait_for_peers(1, soon());
  req_socket ask(s.here());
  ask.dial(c.front);
  ask.send("from afar", soon());
  // Whoever receives takes it in; under load it may come late.
  BOOST_TEST(comes_true([&] {
    BOOST_TEST((receive_code(strict, not_long()) == errc::timed_out));
    return strict.statistics().dropped.at(drop_reason::too_many_hops, direction::incoming) == 1;
  }));
  strict.close();
  content.dial(c.back);
  auto serving = serve(content, "here", 1);
  ask.send("from afar", soon());
  BOOST_TEST(ask.receive(soon()).text() == "here:from afar");
  serving.get();
}

void a_pipeline_runs_through_a_device(stage& s) {
  constexpr std::size_t n = 1000;
  middle<raw_pull, raw_push> d(s, s.there());
  push_socket push(s.here());
  pull_socket pull(s.here());
  pull.dial(d.back);
  push.dial(d.front);
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t i = 0; i != n; ++i) push.send(numbered_message(i), soon());
  });
  for (std::size_t i = 0; i != n; ++i) BOOST_TEST_REQUIRE(number_in(pull.receive(soon())) == i);
  sender.get();
  BOOST_TEST(comes_true([&] { return d.between->carried() == n; }));
}

void a_pair_talks_through_a_device(stage& s) {
  middle<raw_pair, raw_pair> d(s, s.there());
  couple<pair_socket, pair_socket> unrelated(s);
  pair_socket left(s.here()), right(s.here());
  left.dial(d.front);
  right.dial(d.back);
  for (int i = 0; i != 50; ++i) {
    left.send("ping", soon());
    BOOST_TEST(right.receive(soon()).text() == "ping");
    right.send("pong", soon());
    BOOST_TEST(left.receive(soon()).text() == "pong");
  }
}

void a_survey_crosses_a_device(stage& s) {
  constexpr std::size_t respondents = 5;
  middle<raw_respondent, raw_surveyor> d(s, s.there());
  std::list<respondent_socket> all;
  for (std::size_t i = 0; i != respondents; ++i) {
    auto& r = all.emplace_back(s.here());
    r.dial(d.back);
    r.wait_for_peers(1, soon());
  }
  surveyor_socket ask(s.here(), {.survey_time = 5s});
  ask.dial(d.front);
  ask.wait_for_peers(1, soon());
  ask.send("who", soon());
  for (auto& r : all) {
    BOOST_TEST(r.receive(soon()).text() == "who");
    r.send("me", soon());
  }
  for (std::size_t i = 0; i != respondents; ++i) BOOST_TEST(ask.receive(soon()).text() == "me");
}

void a_publication_crosses_a_device(stage& s) {
  middle<raw_sub, raw_pub> d(s, s.there());
  sub_socket sub(s.here());
  sub.subscribe("a");
  sub.dial(d.back);
  pub_socket pub(s.here());
  pub.dial(d.front);
  pub.wait_for_peers(1, soon());
  sub.wait_for_peers(1, soon());
  // The way through is open once something has come through it.
  std::error_code why;
  message m;
  do {
    pub.send("a first", soon());
    m = sub.receive(not_long(), why);
  } while (why == errc::timed_out);
  pub.send("b unwanted", soon());
  pub.send("a last", soon());
  while (m.text() == "a first") m = sub.receive(soon());
  BOOST_TEST(m.text() == "a last");
}

void a_bus_is_reflected_to_all_but_its_origin(stage& s) {
  raw_bus_socket hub(s.there());
  auto const url = s.listen(hub);
  std::list<bus_socket> members;
  for (int i = 0; i != 3; ++i) members.emplace_back(s.here()).dial(url);
  for (auto& b : members) b.wait_for_peers(1, soon());
  hub.wait_for_peers(3, soon());
  device d(std::move(hub));
  auto& speaker = members.front();
  speaker.send("to all", soon());
  for (auto& b : members)
    if (&b != &speaker) BOOST_TEST(b.receive(soon()).text() == "to all");
  BOOST_TEST((receive_code(speaker, not_long()) == errc::timed_out));
}

void a_device_ends_with_its_sockets(stage& s) {
  request_device d(s, s.there());
  req_socket ask(s.here());
  ask.dial(d.front);
  ask.wait_for_peers(1, soon());
  d.between->stop();
  BOOST_TEST((d.between->wait(soon()) == errc::closed));
  BOOST_TEST(comes_true([&] { return ask.peers() == 0; }));
}

constexpr conformance_case all[] = {
    {"a_request_crosses_two_devices_to_many_services", a_request_crosses_two_devices_to_many_services},
    {"two_clients_of_a_device_get_their_own_replies", two_clients_of_a_device_get_their_own_replies},
    {"a_request_that_came_too_far_is_dropped", a_request_that_came_too_far_is_dropped},
    {"a_pipeline_runs_through_a_device", a_pipeline_runs_through_a_device},
    {"a_pair_talks_through_a_device", a_pair_talks_through_a_device},
    {"a_survey_crosses_a_device", a_survey_crosses_a_device},
    {"a_publication_crosses_a_device", a_publication_crosses_a_device},
    {"a_bus_is_reflected_to_all_but_its_origin", a_bus_is_reflected_to_all_but_its_origin},
    {"a_device_ends_with_its_sockets", a_device_ends_with_its_sockets},
};

}  // namespace

cases device_cases() { return all; }

}  // namespace weft::conformance
