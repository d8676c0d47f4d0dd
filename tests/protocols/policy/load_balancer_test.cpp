// SPDX-License-Identifier: MIT
#include "policy/load_balancer.hpp"

#include <weft/error.hpp>

#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::protocols {

namespace {

struct route {
  explicit route(unsigned credit, std::size_t limit = 100) : pipe(pipe_id{1}, link, 128) {
    link.limit = limit;
    pipe.add_credit(credit);
  }
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  // Whom a message of this size went to, or null.
  ext::pipe* send(std::size_t size = 1) {
    auto* const p = balancer.next(size);
    if (p) balancer.send(*p, message::uninitialized(size));
    return p;
  }

  policy::load_balancer balancer;
  route a{10}, b{10}, c{10};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(load_balancer, fixture)

BOOST_AUTO_TEST_CASE(pipes_take_turns) {
  for (auto* r : {&a, &b, &c}) balancer.add(r->pipe);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(send() == &a.pipe);
    BOOST_TEST(send() == &b.pipe);
    BOOST_TEST(send() == &c.pipe);
  }
}

BOOST_AUTO_TEST_CASE(a_pipe_stands_in_line_once) {
  balancer.add(a.pipe);
  balancer.add(b.pipe);
  balancer.add(a.pipe);
  BOOST_TEST(send() == &a.pipe);
  BOOST_TEST(send() == &b.pipe);
  BOOST_TEST(send() == &a.pipe);
}

BOOST_AUTO_TEST_CASE(a_pipe_out_of_credit_leaves_the_line_until_it_is_added_again) {
  route poor{1};
  balancer.add(poor.pipe);
  BOOST_TEST(send() == &poor.pipe);
  BOOST_TEST(balancer.empty());
  BOOST_TEST(send() == nullptr);
  poor.pipe.add_credit(1);
  balancer.add(poor.pipe);
  BOOST_TEST(send() == &poor.pipe);
}

BOOST_AUTO_TEST_CASE(who_joins_waits_for_those_who_were_there) {
  balancer.add(a.pipe);
  balancer.add(b.pipe);
  BOOST_TEST(send() == &a.pipe);
  balancer.add(c.pipe);
  BOOST_TEST(send() == &b.pipe);
  BOOST_TEST(send() == &a.pipe);
  BOOST_TEST(send() == &c.pipe);
  BOOST_TEST(send() == &b.pipe);
}

BOOST_AUTO_TEST_CASE(who_leaves_takes_no_turn_of_the_others_along) {
  for (auto* r : {&a, &b, &c}) balancer.add(r->pipe);
  BOOST_TEST(send() == &a.pipe);
  balancer.remove(b.pipe);
  BOOST_TEST(send() == &c.pipe);
  BOOST_TEST(send() == &a.pipe);
  balancer.remove(b.pipe);  // not in line: nothing to do
  BOOST_TEST(send() == &c.pipe);
}

BOOST_AUTO_TEST_CASE(a_pipe_that_was_closed_has_no_turn) {
  for (auto* r : {&a, &b, &c}) balancer.add(r->pipe);
  b.pipe.close(errc::malformed);
  BOOST_TEST(send() == &a.pipe);
  BOOST_TEST(send() == &c.pipe);
  a.pipe.end_credit();
  c.pipe.end_credit();
  BOOST_TEST(balancer.empty());
  BOOST_TEST(send() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_message_goes_to_the_first_peer_whose_limit_admits_it) {
  route small{10, 4};
  balancer.add(small.pipe);
  balancer.add(a.pipe);
  BOOST_TEST(send(5) == &a.pipe);
  BOOST_TEST(send(5) == &a.pipe);
  BOOST_TEST(send(4) == &small.pipe);
}

BOOST_AUTO_TEST_CASE(a_peer_passed_over_for_its_limit_keeps_its_turn) {
  route small{10, 4};
  balancer.add(small.pipe);
  balancer.add(a.pipe);
  balancer.add(b.pipe);
  BOOST_TEST(send(5) == &a.pipe);
  BOOST_TEST(send(1) == &small.pipe);
  BOOST_TEST(send(1) == &b.pipe);
}

BOOST_AUTO_TEST_CASE(nobody_is_next_for_a_message_over_every_limit) {
  balancer.add(a.pipe);
  balancer.add(b.pipe);
  BOOST_TEST(balancer.next(101) == nullptr);
  BOOST_TEST(!balancer.empty());
  BOOST_TEST(balancer.next(100) == &a.pipe);
}

BOOST_AUTO_TEST_CASE(a_worse_priority_is_sent_to_only_while_no_better_one_is_ready) {
  route best{2}, worst{10};
  best.pipe.set_priorities(1, 8);
  worst.pipe.set_priorities(16, 8);
  for (auto* r : {&worst, &a, &best, &b}) balancer.add(r->pipe);
  BOOST_TEST(send() == &best.pipe);
  BOOST_TEST(send() == &best.pipe);
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(send() == &a.pipe);
    BOOST_TEST(send() == &b.pipe);
  }
  BOOST_TEST(send() == &worst.pipe);
  best.pipe.add_credit(1);
  balancer.add(best.pipe);
  BOOST_TEST(send() == &best.pipe);
  BOOST_TEST(send() == &worst.pipe);
}

BOOST_AUTO_TEST_CASE(a_worse_priority_takes_what_is_over_the_limits_of_the_better_ones) {
  route large{10, 1000};
  large.pipe.set_priorities(9, 8);
  for (auto* r : {&large, &a}) balancer.add(r->pipe);
  BOOST_TEST(send(101) == &large.pipe);
  BOOST_TEST(send(100) == &a.pipe);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
