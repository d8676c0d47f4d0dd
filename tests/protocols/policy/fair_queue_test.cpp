// SPDX-License-Identifier: MIT
#include "policy/fair_queue.hpp"

#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct source {
  explicit source(unsigned id, unsigned window = 128) : pipe(pipe_id{id}, link, window) {}
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  void say(source& from, std::string_view text) {
    from.pipe.deliver(message(text));
    queue.add(from.pipe);
  }
  // Everything there is, with a space after each.
  std::string drain() {
    std::string all;
    while (!queue.empty()) all.append(test::received(queue).text()) += ' ';
    return all;
  }

  policy::fair_queue queue;
  source a{1}, b{2}, c{3};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fair_queue, fixture)

BOOST_AUTO_TEST_CASE(takes_one_from_each_in_turn) {
  for (auto* text : {"a1", "a2", "a3"}) say(a, text);
  for (auto* text : {"b1", "b2"}) say(b, text);
  say(c, "c1");
  BOOST_TEST(drain() == "a1 b1 c1 a2 b2 a3 ");
}

BOOST_AUTO_TEST_CASE(what_lies_where_it_came_takes_turns_like_the_rest) {
  test::scripted_lot lot;
  lot.texts = {"a1", "a2", "a3"};
  say(a, "a0");
  a.pipe.deliver(lot, 3, 6);
  for (auto* text : {"b1", "b2"}) say(b, text);
  BOOST_TEST(lot.taken == 0u);
  BOOST_TEST(drain() == "a0 b1 a1 b2 a2 a3 ");
  BOOST_TEST(a.pipe.received().messages == 4u);
  BOOST_TEST(a.pipe.received().bytes == 8u);
}

BOOST_AUTO_TEST_CASE(what_lies_where_it_came_stays_when_its_pipe_goes) {
  test::scripted_lot lot;
  lot.texts = {"a1", "a2"};
  a.pipe.deliver(lot, 2, 4);
  queue.add(a.pipe);
  queue.keep(a.pipe);
  BOOST_TEST(lot.taken == 2u);
  BOOST_TEST(drain() == "a1 a2 ");
}

BOOST_AUTO_TEST_CASE(a_newcomer_waits_one_message_of_each_busy_pipe) {
  for (auto* text : {"a1", "a2", "a3"}) say(a, text);
  for (auto* text : {"b1", "b2", "b3"}) say(b, text);
  BOOST_TEST(test::received(queue).text() == "a1");
  say(c, "c1");
  BOOST_TEST(drain() == "b1 a2 c1 b2 a3 b3 ");
}

BOOST_AUTO_TEST_CASE(a_pipe_that_goes_takes_no_turn_of_the_others_along) {
  for (auto* text : {"a1", "a2"}) say(a, text);
  for (auto* text : {"b1", "b2"}) say(b, text);
  for (auto* text : {"c1", "c2"}) say(c, text);
  BOOST_TEST(test::received(queue).text() == "a1");
  queue.remove(b.pipe);
  BOOST_TEST(drain() == "c1 a2 c2 ");
  BOOST_TEST(b.pipe.can_receive());
}

BOOST_AUTO_TEST_CASE(a_message_says_whom_it_is_from) {
  say(b, "b1");
  BOOST_TEST((test::received(queue).source() == pipe_id{2}));
}

BOOST_AUTO_TEST_CASE(a_kept_pipe_leaves_its_messages_in_order) {
  for (auto* text : {"a1", "a2", "a3"}) say(a, text);
  queue.keep(a.pipe);
  BOOST_TEST(!a.pipe.can_receive());
  BOOST_TEST(drain() == "a1 a2 a3 ");
}

BOOST_AUTO_TEST_CASE(what_was_kept_comes_first_and_the_oldest_of_it_before_all) {
  say(c, "c1");
  for (auto* text : {"a1", "a2"}) say(a, text);
  say(b, "b1");
  queue.keep(a.pipe);
  queue.keep(b.pipe);
  BOOST_TEST(drain() == "a1 a2 b1 c1 ");
}

BOOST_AUTO_TEST_CASE(keeping_a_pipe_without_messages_is_nothing) {
  queue.keep(a.pipe);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(is_full_above_4096_kept_messages) {
  source much{4};
  for (int i = 0; i < 4096; ++i) say(much, "m");
  BOOST_TEST(!queue.full());  // what a live peer has is its window's business
  queue.keep(much.pipe);
  BOOST_TEST(!queue.full());
  say(a, "one more");
  queue.keep(a.pipe);
  BOOST_TEST(queue.full());
  test::received(queue);
  BOOST_TEST(!queue.full());
}

BOOST_AUTO_TEST_CASE(gives_the_turn_itself_to_who_wants_to_look_first) {
  for (auto* text : {"a1", "a2"}) say(a, text);
  say(b, "b1");
  BOOST_TEST(&queue.next() == &a.pipe);
  BOOST_TEST(&queue.next() == &b.pipe);
  BOOST_TEST(queue.empty());
  queue.add(a.pipe);
  BOOST_TEST(drain() == "a1 a2 ");
}

BOOST_AUTO_TEST_CASE(receiving_opens_the_window_again_by_halves) {
  source narrow{5, 4};
  for (auto* text : {"1", "2", "3", "4"}) say(narrow, text);
  test::received(queue);
  BOOST_TEST(narrow.link.granted == 0u);
  test::received(queue);
  BOOST_TEST(narrow.link.granted == 2u);
}

BOOST_AUTO_TEST_CASE(a_better_priority_is_served_first_and_turns_are_taken_within_one) {
  a.pipe.set_priorities(8, 9);
  c.pipe.set_priorities(8, 1);
  source d{4};
  for (auto* text : {"a1", "a2"}) say(a, text);
  for (auto* text : {"b1", "b2"}) say(b, text);
  say(d, "d1");
  BOOST_TEST(test::received(queue).text() == "b1");
  for (auto* text : {"c1", "c2"}) say(c, text);
  BOOST_TEST(drain() == "c1 c2 d1 b2 a1 a2 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
