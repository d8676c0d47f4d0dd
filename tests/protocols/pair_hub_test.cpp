// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

using test::word;

struct fixture {
  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }
  std::error_code send_to(unsigned id, std::string_view text) {
    message m(text);
    return dynamic_cast<ext::addressed_sender&>(*context).send_to(pipe_id{id}, m);
  }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }
  void join_all() {
    for (auto* p : {&a, &b, &c}) p->join();
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = pair_hub::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

std::string hopped(std::string_view text, std::uint32_t hops = 1) { return word(hops).append(text); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pair_hub, fixture)

BOOST_AUTO_TEST_CASE(speaks_to_the_one_it_names) {
  join_all();
  BOOST_TEST(!send_to(2, "to b"));
  BOOST_TEST(!send_to(3, "to c"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(b.heard() == "to b ");
  BOOST_TEST(c.heard() == "to c ");
  BOOST_TEST(b.link.sent[0].header().size() == 1u);
  BOOST_TEST(b.link.sent[0].header().top() == 1u);
}

BOOST_AUTO_TEST_CASE(a_message_tells_whom_it_came_from) {
  join_all();
  b.say(hopped("m"));
  BOOST_TEST(host.woke(*context));
  auto m = context->receive().value();
  BOOST_TEST((m.source() == pipe_id{2}));
  BOOST_TEST(m.header().empty());
  BOOST_TEST(m.text() == "m");
}

// nng#1274: nng drops these in silence.
BOOST_AUTO_TEST_CASE(a_named_peer_that_is_gone_or_full_is_an_error_and_the_message_unharmed) {
  auto const send_kept = [&](unsigned id) {
    message m = test::with_header({7}, "kept");
    auto const why = dynamic_cast<ext::addressed_sender&>(*context).send_to(pipe_id{id}, m);
    BOOST_TEST(m.text() == "kept");
    BOOST_TEST(m.header().top() == 7u);
    return why;
  };
  BOOST_TEST(send_kept(1) == make_error_code(errc::no_peers));
  a.join(1);
  b.join();
  BOOST_TEST(!send_to(1, "m"));
  BOOST_TEST(send_kept(1) == make_error_code(errc::peers_full));
  a.make_room();
  BOOST_TEST(!send_to(1, "m"));
  a.leave();
  BOOST_TEST(send_kept(1) == make_error_code(errc::no_peers));
  b.link.limit = 3;
  BOOST_TEST(send_kept(2) == make_error_code(errc::message_too_large));
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_being_closed_is_gone) {
  join_all();
  b.say("bad");
  BOOST_TEST(b.was_closed(errc::malformed));
  BOOST_TEST(send_to(2, "m") == make_error_code(errc::no_peers));
  a.say(hopped("good"));
  a.say("bad");
  BOOST_TEST(!send_to(1, "m"));
  BOOST_TEST(drain() == "good ");
  BOOST_TEST(send_to(1, "m") == make_error_code(errc::no_peers));
  BOOST_TEST(!send("to the only one left"));
  BOOST_TEST(c.count() == 1u);
}

BOOST_AUTO_TEST_CASE(otherwise_peers_take_turns_whoever_was_named_between) {
  join_all();
  BOOST_TEST(!send("1"));
  BOOST_TEST(!send_to(2, "named"));
  for (auto* text : {"2", "3", "4"}) BOOST_TEST(!send(text));
  BOOST_TEST(a.heard() == "1 4 ");
  BOOST_TEST(b.heard() == "named 2 ");
  BOOST_TEST(c.heard() == "3 ");
}

BOOST_AUTO_TEST_CASE(turns_stay_fair_when_peers_come_and_go) {
  a.join();
  b.join();
  BOOST_TEST(!send("1"));
  c.join();
  BOOST_TEST(!send("2"));
  b.leave();
  for (auto* text : {"3", "4", "5", "6"}) BOOST_TEST(!send(text));
  BOOST_TEST(a.heard() == "1 3 5 ");
  BOOST_TEST(b.heard() == "2 ");
  BOOST_TEST(c.heard() == "4 6 ");
}

// The number of its pipe is perhaps another socket's.
BOOST_AUTO_TEST_CASE(send_goes_in_turn_wherever_the_message_came_from) {
  join_all();
  message m("m");
  m.set_source(pipe_id{3});
  BOOST_TEST(!context->send(m));
  BOOST_TEST(a.heard() == "m ");
}

BOOST_AUTO_TEST_CASE(send_waits_while_nobody_has_room) {
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(1);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send_to(1, "the last credit"));
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("m"));
}

BOOST_AUTO_TEST_CASE(a_message_over_every_ready_peers_limit_is_refused) {
  a.link.limit = 3;
  a.join();
  BOOST_TEST(send("long") == make_error_code(errc::message_too_large));
  b.join();
  BOOST_TEST(!send("long"));
  BOOST_TEST(b.heard() == "long ");
}

BOOST_AUTO_TEST_CASE(a_queue_is_for_whoever_has_room_first_and_not_for_who_is_named) {
  auto queued = weft::pair_hub::make(host, {.send_queue = 2});
  auto x = queued->open_context();
  test::scripted_peer first{*queued, 4}, second{*queued, 5};
  first.join(0);
  second.join(0);
  for (auto* text : {"1", "2"}) {
    message m(text);
    BOOST_TEST(!x->send(m));
  }
  BOOST_TEST(!x->can_send());
  message m("named");
  BOOST_TEST(dynamic_cast<ext::addressed_sender&>(*x).send_to(pipe_id{4}, m) == make_error_code(errc::peers_full));
  BOOST_TEST(queued->queued() == 2u);
  second.make_room();
  first.make_room();
  BOOST_TEST(second.heard() == "1 ");
  BOOST_TEST(first.heard() == "2 ");
}

BOOST_AUTO_TEST_CASE(may_be_asked_for_the_newest_only) {
  auto newest = weft::pair_hub::make(host, {.conflate = true});
  auto x = newest->open_context();
  test::scripted_peer first{*newest, 4}, second{*newest, 5};
  first.join();
  second.join();
  first.say(hopped("1"));
  second.say(hopped("2"));
  BOOST_TEST(x->receive()->text() == "2");
  BOOST_TEST(!x->can_receive());
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 1u);
  BOOST_TEST((dropped[0].why == drop_reason::displaced && dropped[0].from == pipe_id{4}));
}

BOOST_AUTO_TEST_CASE(peers_are_heard_in_turn) {
  join_all();
  for (auto* text : {"a1", "a2", "a3"}) a.say(hopped(text));
  for (auto* text : {"b1", "b2"}) b.say(hopped(text));
  c.say(hopped("c1"));
  BOOST_TEST(context->receive()->text() == "a1");
  b.leave();  // what it said is kept, and comes first
  BOOST_TEST(drain() == "b1 b2 c1 a2 a3 ");
}

BOOST_AUTO_TEST_CASE(a_message_over_too_many_hops_is_dropped) {
  join_all();
  a.say(hopped("too far", 9));
  BOOST_TEST(!host.woke(*context));
  BOOST_TEST(host.dropped().size() == 1u);
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_is_within_1_and_255) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::pair_hub::make(host, {.hops = 0}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::pair_hub::make(host, {.hops = 256}), std::system_error, is_invalid);
}

BOOST_AUTO_TEST_CASE(no_new_peers_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say(hopped("m"));
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  context->receive().value();
  BOOST_TEST(!b.join());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
