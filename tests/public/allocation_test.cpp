// SPDX-License-Identifier: MIT
// A message on its way costs no memory: once everything has its size, nothing is allocated any more.
#include <weft/weft.hpp>

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <utility>

namespace weft {

namespace {

constexpr int warm_up = 2000;  // twice round the largest ring
constexpr int rounds = 500;

op_options soon() { return {.until = std::chrono::seconds(10)}; }

message body_of_64() {
  std::array<char, 64> text;
  text.fill('x');
  return message(std::string_view(text.data(), text.size()));
}

/// How much this thread allocates in doing it `rounds` times, once it is warm.
template <class Step>
std::size_t cost_of(Step step) {
  for (int i = 0; i != warm_up; ++i) step();
  auto const before = test::allocations();
  for (int i = 0; i != rounds; ++i) step();
  return test::allocations() - before;
}

/// Two sockets that talk through inproc.
template <class A, class B>
struct couple {
  couple() {
    a.dial(b.listen("inproc://public/allocation"));
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
  }
  engine e;
  A a{e};
  B b{e};
};

template <class Socket>
void ask(Socket& s) {
  s.send(body_of_64(), soon());
  (void)s.receive(soon());
}
template <class Socket>
void answer(Socket& s) {
  s.send(s.receive(soon()), soon());
}
template <class Asks, class Answers>
void ask_and_answer(Asks& a, Answers& b) {
  a.send(body_of_64(), soon());
  answer(b);
  (void)a.receive(soon());
}

// The alarm that ends a survey costs something when it goes off.
constexpr surveyor::options without_end{.survey_time = std::chrono::hours(1)};

/// Runs both steps, each in a thread of its own, and adds up what they cost.
template <class One, class Other>
std::size_t cost_of_two(One one, Other other) {
  auto aside = std::async(std::launch::async, [&] { return cost_of(other); });
  auto const here = cost_of(one);
  return here + aside.get();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  auto const before = test::allocations();
  auto const text = std::make_unique<std::string>(1000, 'x');
  BOOST_TEST(test::allocations() > before);
}

BOOST_AUTO_TEST_CASE(pair_in_one_thread) {
  couple<pair_socket, pair_socket> c;
  BOOST_TEST(cost_of([&] { ask_and_answer(c.a, c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(push_and_pull_in_one_thread) {
  couple<push_socket, pull_socket> c;
  BOOST_TEST(cost_of([&] {
               for (int i = 0; i != 8; ++i) c.a.send(body_of_64(), soon());
               for (int i = 0; i != 8; ++i) (void)c.b.receive(soon());
             }) == 0u);
}

BOOST_AUTO_TEST_CASE(req_and_rep_in_one_thread) {
  couple<req_socket, rep_socket> c;
  BOOST_TEST(cost_of([&] { ask_and_answer(c.a, c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(pub_and_sub_in_one_thread) {
  couple<pub_socket, sub_socket> c;
  c.b.subscribe("x");
  BOOST_TEST(cost_of([&] {
               for (int i = 0; i != 8; ++i) c.a.send(body_of_64(), soon());
               for (int i = 0; i != 8; ++i) (void)c.b.receive(soon());
             }) == 0u);
}

BOOST_AUTO_TEST_CASE(pub_and_three_subs_in_one_thread) {
  couple<pub_socket, sub_socket> c;
  sub_socket more[2] = {sub_socket(c.e), sub_socket(c.e)};
  for (auto* s : {&c.b, &more[0], &more[1]}) s->subscribe("x");
  for (auto& s : more) s.dial(c.a.listen("inproc://public/allocation-" + std::to_string(&s - more)));
  c.a.wait_for_peers(3, soon());
  BOOST_TEST(cost_of([&] {
               c.a.send(body_of_64(), soon());
               for (auto* s : {&c.b, &more[0], &more[1]}) (void)s->receive(soon());
             }) == 0u);
}

BOOST_AUTO_TEST_CASE(surveyor_and_respondent_in_one_thread) {
  couple<surveyor_socket, respondent_socket> c;
  auto patient = c.a.open_context(without_end);
  BOOST_TEST(cost_of([&] { ask_and_answer(patient, c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(bus_in_one_thread) {
  couple<bus_socket, bus_socket> c;
  BOOST_TEST(cost_of([&] { ask_and_answer(c.a, c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_selector_over_two_sockets) {
  couple<pair_socket, pair_socket> c;
  selector all;
  all.add(on_receive(c.a));
  all.add(on_receive(c.b));
  BOOST_TEST(cost_of([&] {
               c.a.send(body_of_64(), soon());
               BOOST_REQUIRE(!all.wait(soon()).error);
             }) == 0u);
}

BOOST_AUTO_TEST_CASE(pair_in_two_threads) {
  couple<pair_socket, pair_socket> c;
  BOOST_TEST(cost_of_two([&] { ask(c.a); }, [&] { answer(c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(push_and_pull_in_two_threads) {
  couple<push_socket, pull_socket> c;
  BOOST_TEST(cost_of_two([&] { c.a.send(body_of_64(), soon()); }, [&] { (void)c.b.receive(soon()); }) == 0u);
}

BOOST_AUTO_TEST_CASE(req_and_rep_in_two_threads) {
  couple<req_socket, rep_socket> c;
  BOOST_TEST(cost_of_two([&] { ask(c.a); }, [&] { answer(c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(surveyor_and_respondent_in_two_threads) {
  couple<surveyor_socket, respondent_socket> c;
  auto patient = c.a.open_context(without_end);
  BOOST_TEST(cost_of_two([&] { ask(patient); }, [&] { answer(c.b); }) == 0u);
}

BOOST_AUTO_TEST_CASE(bus_in_two_threads) {
  couple<bus_socket, bus_socket> c;
  BOOST_TEST(cost_of_two([&] { ask(c.a); }, [&] { answer(c.b); }) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
