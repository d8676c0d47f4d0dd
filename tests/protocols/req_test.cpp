// SPDX-License-Identifier: MIT
#include "protocols/req_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace weft::protocols {

namespace {

auto const wrong_state = make_error_code(errc::wrong_state);
auto const canceled = make_error_code(errc::canceled);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(req, req_fixture)

BOOST_AUTO_TEST_CASE(gets_the_reply_to_its_request) {
  a.join();
  BOOST_TEST(!send(*x, "q?"));
  BOOST_TEST(a.heard() == "q? ");
  BOOST_TEST(!x->can_receive());
  answer(a, "a!");
  BOOST_TEST(host.woke(*x));
  auto const m = x->receive().value();
  BOOST_TEST(m.text() == "a!");
  BOOST_TEST(m.header().empty());
  BOOST_TEST((m.source() == pipe_id{1}));
}

BOOST_AUTO_TEST_CASE(takes_the_id_of_a_reply_from_its_header_too) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.say(test::with_header({id(a)}, "a"));
  auto const m = x->receive().value();
  BOOST_TEST(m.text() == "a");
  BOOST_TEST(m.header().empty());
}

BOOST_AUTO_TEST_CASE(a_request_has_its_id_for_a_header_and_nothing_else) {
  a.join();
  message m = test::with_header({1, 2, 3}, "q");
  BOOST_TEST(!x->send(m));
  BOOST_TEST(a.link.sent[0].header().size() == 1u);
  BOOST_TEST((id(a) & 0x8000'0000) != 0u);
}

BOOST_AUTO_TEST_CASE(send_waits_while_no_peer_has_room) {
  BOOST_TEST(!x->can_send());
  a.join(1);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "1"));
  BOOST_TEST(!x->can_send());
  BOOST_TEST(!y->can_send());
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(y->can_send());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  a.join(0);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send(*x, "q"));
}

BOOST_AUTO_TEST_CASE(peers_take_turns) {
  for (auto* p : {&a, &b, &c}) p->join();
  for (auto* text : {"1", "2", "3", "4", "5"}) BOOST_TEST(!send(*x, text));
  BOOST_TEST(a.heard() == "1 4 ");
  BOOST_TEST(b.heard() == "2 5 ");
  BOOST_TEST(c.heard() == "3 ");
}

BOOST_AUTO_TEST_CASE(receiving_before_sending_is_a_wrong_state) {
  BOOST_TEST(x->can_receive());
  BOOST_TEST(fails(*x) == wrong_state);
}

BOOST_AUTO_TEST_CASE(a_request_has_one_reply) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  answer(a, "first");
  answer(a, "second");
  BOOST_TEST(receive(*x) == "first");
  BOOST_TEST(fails(*x) == wrong_state);
  answer(a, "third");
  BOOST_TEST(fails(*x) == wrong_state);
}

BOOST_AUTO_TEST_CASE(a_reply_counts_whoever_it_comes_from) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  b.say(test::word(id(a)) + "from b");
  BOOST_TEST(receive(*x) == "from b");
}

BOOST_AUTO_TEST_CASE(replies_to_nothing_asked_are_dropped) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  auto const asked = id(a);
  a.say(test::word(asked + 1) + "other");
  a.say(test::word(asked & 0x7fff'ffff) + "no bit 31");
  a.say(test::word(1) + test::word(asked) + "a hop in front");
  a.say(test::with_header({1, asked}, "the same, apart"));
  a.say(test::word(0));
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!host.woke(*x));
  BOOST_TEST(!a.link.closed);
  answer(a, "right");
  BOOST_TEST(receive(*x) == "right");
}

BOOST_AUTO_TEST_CASE(a_reply_too_short_for_an_id_closes_its_peer) {
  a.join();
  b.join();
  a.say("abc");
  BOOST_TEST(a.was_closed(errc::malformed));
  BOOST_TEST(!send(*x, "q"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(b.count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_talks_nonsense_loses_what_it_was_asked) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.say("");
  BOOST_TEST(!x->can_send());
  b.join();
  a.leave();
  BOOST_TEST(b.heard() == "q ");
}

BOOST_AUTO_TEST_CASE(sending_again_gives_the_request_before_up) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  BOOST_TEST(!send(*x, "2"));
  answer(a, "to 1", 0);
  BOOST_TEST(!x->can_receive());
  answer(a, "to 2", 1);
  BOOST_TEST(receive(*x) == "to 2");
}

BOOST_AUTO_TEST_CASE(sending_again_drops_a_reply_that_nobody_received) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  answer(a, "to 1");
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(!x->can_receive());
}

BOOST_AUTO_TEST_CASE(sending_again_cancels_who_waits_for_the_reply_before) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  x->waiting = 2;
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(host.woke(*x));
  for (x->waiting = 2; x->waiting > 0; --x->waiting) {
    BOOST_TEST(x->can_receive());
    BOOST_TEST(fails(*x) == canceled);
  }
  BOOST_TEST(!x->can_receive());
  answer(a, "to 2", 1);
  BOOST_TEST(receive(*x) == "to 2");
}

BOOST_AUTO_TEST_CASE(a_reply_does_not_overtake_who_was_canceled) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  x->waiting = 1;
  BOOST_TEST(!send(*x, "2"));
  answer(a, "to 2", 1);
  BOOST_TEST(fails(*x) == canceled);
  BOOST_TEST(receive(*x) == "to 2");
}

BOOST_AUTO_TEST_CASE(sending_again_cancels_nobody_when_nobody_waits) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(!host.woke(*x));
  BOOST_TEST(!x->can_receive());
}

BOOST_AUTO_TEST_CASE(giving_up_a_receive_gives_up_the_request) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  x->abandon_receive();
  BOOST_TEST(host.woke(*x));  // for others who wait for it, if any
  BOOST_TEST(fails(*x) == wrong_state);
  answer(a, "too late");
  BOOST_TEST(fails(*x) == wrong_state);
  BOOST_TEST(host.alarms() == 0u);
}

BOOST_AUTO_TEST_CASE(giving_up_a_canceled_receive_leaves_the_new_request_alone) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  x->waiting = 1;
  BOOST_TEST(!send(*x, "2"));
  x->abandon_receive();
  BOOST_TEST(!x->can_receive());
  answer(a, "to 2", 1);
  BOOST_TEST(receive(*x) == "to 2");
}

BOOST_AUTO_TEST_CASE(giving_up_leaves_a_reply_that_is_there) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  answer(a, "a");
  x->abandon_receive();
  BOOST_TEST(receive(*x) == "a");
}

BOOST_AUTO_TEST_CASE(a_request_over_every_ready_peers_limit_is_refused_and_changes_nothing) {
  a.link.limit = 3;
  a.join();
  BOOST_TEST(!send(*x, "sho"));
  x->waiting = 1;
  message m = test::with_header({7}, "long");
  BOOST_TEST(x->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().size() == 1u);
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(!x->can_receive());
  answer(a, "to the first");
  BOOST_TEST(receive(*x) == "to the first");
}

BOOST_AUTO_TEST_CASE(a_request_goes_to_the_first_peer_whose_limit_admits_it) {
  a.link.limit = 3;
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "long"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(b.heard() == "long ");
}

BOOST_AUTO_TEST_CASE(each_context_gets_its_own_reply) {
  a.join();
  BOOST_TEST(!send(*x, "x?"));
  BOOST_TEST(!send(*y, "y?"));
  answer(a, "y!", 1);
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(host.woke(*y));
  BOOST_TEST(receive(*y) == "y!");
  answer(a, "x!", 0);
  BOOST_TEST(receive(*x) == "x!");
}

BOOST_AUTO_TEST_CASE(many_contexts_get_their_own_replies_in_any_order) {
  a.join();
  std::vector<std::unique_ptr<ext::context>> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(protocol->open_context());
    BOOST_TEST(!send(*many.back(), std::to_string(i)));
  }
  for (std::size_t i = 100; i-- > 0;) answer(a, a.link.sent[i].text(), i);
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(receive(*many[i]) == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_reply_to_a_closed_context_is_dropped) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  x.reset();
  BOOST_TEST(host.alarms() == 0u);
  answer(a, "a");
  a.leave();
  BOOST_TEST(fails(*y) == wrong_state);
}

BOOST_AUTO_TEST_CASE(no_two_requests_have_the_same_id) {
  a.join();
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(*x, text));
  BOOST_TEST(!send(*y, "4"));
  for (std::size_t i = 1; i < 4; ++i) BOOST_TEST((id(a, i) | 0x8000'0000) == ((id(a, i - 1) + 1) | 0x8000'0000));
}

BOOST_AUTO_TEST_CASE(sockets_start_with_ids_of_their_own) {
  // Three of 2^31 first ids: all equal once in 2^62 runs.
  req_fixture one, two;
  for (auto* f : {static_cast<req_fixture*>(this), &one, &two}) {
    f->a.join();
    BOOST_TEST(!send(*f->x, "q"));
  }
  BOOST_TEST(!(id(a) == id(one.a) && id(a) == id(two.a)));
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_send) {
  BOOST_TEST(x->why_not() == make_error_code(errc::no_peers));
  a.join(0);
  BOOST_TEST(x->why_not() == make_error_code(errc::peers_full));
  a.leave();
  BOOST_TEST(x->why_not() == make_error_code(errc::no_peers));
}

BOOST_AUTO_TEST_CASE(replies_that_nobody_waits_for_are_counted) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  answer(a, "first");
  answer(a, "second");                   // twice
  BOOST_TEST(!send(*x, "2"));            // nobody took the first
  answer(a, "late", 0);                  // too late
  a.say(test::word(1) + test::word(2));  // to nobody
  a.say("abc");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    BOOST_TEST((gone[i].why == (i < 4 ? drop_reason::unasked : drop_reason::malformed)));
    BOOST_TEST((gone[i].which == direction::incoming));
  }
  BOOST_TEST(gone[0].what.text() == "second");
  BOOST_TEST((gone[0].from == pipe_id{1}));
  BOOST_TEST(gone[1].what.text() == "first");
  BOOST_TEST(gone[2].what.text() == "late");
}

BOOST_AUTO_TEST_CASE(a_better_priority_is_asked_first) {
  b.pipe.set_priorities(1, 8);
  a.join();
  b.join(2);
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(*x, text));
  BOOST_TEST(b.heard() == "1 2 ");
  BOOST_TEST(a.heard() == "3 ");
}

struct early_fixture : req_fixture {
  early_fixture() : req_fixture({.early = true, .keep = true}) {}
};

BOOST_FIXTURE_TEST_CASE(an_early_request_waits_for_the_first_peer_and_the_latest_counts, early_fixture) {
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "first"));
  BOOST_TEST(!send(*x, "second"));
  BOOST_TEST(!x->can_receive());
  a.join();
  BOOST_TEST(a.heard() == "second ");
  answer(a, "a!");
  BOOST_TEST(receive(*x) == "a!");
}

BOOST_FIXTURE_TEST_CASE(a_request_is_kept_when_its_receive_gives_up, early_fixture) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  x->abandon_receive();
  answer(a, "late");
  BOOST_TEST(receive(*x) == "late");
}

BOOST_AUTO_TEST_CASE(options_change_for_requests_from_then_on) {
  weft::req::adjust(*x, {.early = true});
  BOOST_TEST(x->can_send());
  BOOST_TEST(!y->can_send());
  BOOST_CHECK_THROW(weft::req::adjust(*x, {.resend = {.backoff = 0}}), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
