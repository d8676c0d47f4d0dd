// SPDX-License-Identifier: MIT
#include <weft/pull.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct fixture {
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = pull::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pull, fixture)

BOOST_AUTO_TEST_CASE(waits_while_there_is_nothing) {
  BOOST_TEST(!context->can_receive());
  a.say("one");
  BOOST_TEST(host.woke(*context));
  BOOST_TEST(context->can_receive());
  auto const m = context->receive().value();
  BOOST_TEST(m.text() == "one");
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(!context->can_receive());
}

BOOST_AUTO_TEST_CASE(many_at_once_stay_where_they_came_until_they_are_received) {
  a.say_all({"a1", "a2", "a3"});
  b.say("b1");
  BOOST_TEST(host.woke(*context));
  BOOST_TEST(a.lot.taken == 0u);
  BOOST_TEST((context->receive()->source() == pipe_id{1}));
  BOOST_TEST(a.lot.taken == 1u);
  BOOST_TEST(drain() == "b1 a2 a3 ");
}

BOOST_AUTO_TEST_CASE(takes_one_from_each_in_turn) {
  for (auto* text : {"a1", "a2", "a3"}) a.say(text);
  for (auto* text : {"b1", "b2"}) b.say(text);
  BOOST_TEST(drain() == "a1 b1 a2 b2 a3 ");
}

BOOST_AUTO_TEST_CASE(turns_stay_fair_when_peers_come_and_go) {
  for (auto* text : {"a1", "a2", "a3"}) a.say(text);
  b.say("b1");
  BOOST_TEST(context->receive()->text() == "a1");
  c.join();
  c.say("c1");
  c.say("c2");
  b.leave();  // what it sent was received, and comes first
  BOOST_TEST(drain() == "b1 a2 c1 a3 c2 ");
}

BOOST_AUTO_TEST_CASE(an_idle_pullers_peer_is_held_back_by_its_window) {
  test::scripted_peer narrow{*protocol, 4, 2};
  narrow.join();
  narrow.say("1");
  narrow.say("2");
  BOOST_TEST(narrow.link.granted == 2u);
  drain();
  BOOST_TEST(narrow.link.granted == 4u);
}

BOOST_AUTO_TEST_CASE(what_a_lost_peer_sent_is_kept_in_order) {
  for (auto* text : {"a1", "a2"}) a.say(text);
  a.leave();
  BOOST_TEST(drain() == "a1 a2 ");
}

BOOST_AUTO_TEST_CASE(no_new_peers_while_lost_ones_left_too_much) {
  for (int i = 0; i < 4097; ++i) a.say("m");
  a.leave();
  BOOST_TEST(c.join() == make_error_code(errc::busy));
  context->receive().value();
  BOOST_TEST(!c.join());
}

BOOST_AUTO_TEST_CASE(a_peer_may_speak_before_and_after_there_is_a_context) {
  context.reset();
  a.say("early");
  context = protocol->open_context();
  BOOST_TEST(drain() == "early ");
}

BOOST_AUTO_TEST_CASE(cannot_send) {
  BOOST_TEST(context->can_send());
  message m("x");
  BOOST_TEST(context->send(m) == make_error_code(errc::unsupported));
  BOOST_TEST(m.text() == "x");
}

BOOST_AUTO_TEST_CASE(a_better_priority_is_received_first) {
  b.pipe.set_priorities(8, 1);
  for (auto* text : {"a1", "a2"}) a.say(text);
  for (auto* text : {"b1", "b2"}) b.say(text);
  BOOST_TEST(drain() == "b1 b2 a1 a2 ");
}

BOOST_AUTO_TEST_CASE(may_be_asked_for_the_newest_only) {
  auto newest = weft::pull::make(host, {.conflate = true});
  auto x = newest->open_context();
  test::scripted_peer p{*newest, 4, 2};
  p.join();
  for (auto* text : {"1", "2", "3"}) p.say(text);
  BOOST_TEST(host.tended());  // what is stale goes though nobody receives
  BOOST_TEST(x->receive()->text() == "3");
  BOOST_TEST(!x->can_receive());
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 2u);
  for (auto const& d : gone) BOOST_TEST((d.why == drop_reason::displaced && d.from == pipe_id{4}));
  BOOST_TEST(p.link.granted == 2u + 3u);
  p.say_all({"4", "5", "6"});
  BOOST_TEST(host.dropped().size() == 2u);
  BOOST_TEST(x->receive()->text() == "6");
}

BOOST_AUTO_TEST_CASE(a_raw_one_is_the_same) {
  auto raw = raw_pull::make(host, {});
  auto x = raw->open_context();
  test::scripted_peer p{*raw, 4};
  p.join();
  p.say(test::with_header({7}, "body"));
  auto const m = x->receive().value();
  BOOST_TEST(m.text() == "body");
  BOOST_TEST(m.header().top() == 7u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
