// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct fixture {
  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = pair::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pair, fixture)

BOOST_AUTO_TEST_CASE(talks_both_ways) {
  a.join();
  BOOST_TEST(!send("hello"));
  a.say("hi");
  BOOST_TEST(host.woke(*context));
  BOOST_TEST(a.heard() == "hello ");
  BOOST_TEST(drain() == "hi ");
}

BOOST_AUTO_TEST_CASE(send_waits_while_there_is_no_peer) {
  BOOST_TEST(!context->can_send());
  a.join();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
  a.leave();
  BOOST_TEST(!context->can_send());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  a.join(0);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("now"));
}

BOOST_AUTO_TEST_CASE(send_waits_while_the_peer_has_no_room) {
  a.join(1);
  BOOST_TEST(!send("1"));
  BOOST_TEST(!context->can_send());
  host.woke_senders();
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("2"));
}

BOOST_AUTO_TEST_CASE(a_second_peer_is_refused_until_the_first_has_gone) {
  a.join();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  BOOST_TEST(!send("to the first"));
  a.leave();
  BOOST_TEST(!b.join());
  BOOST_TEST(!send("to the second"));
  BOOST_TEST(a.heard() == "to the first ");
  BOOST_TEST(b.heard() == "to the second ");
}

BOOST_AUTO_TEST_CASE(what_was_received_survives_the_peer_and_comes_first) {
  a.join();
  for (auto* text : {"a1", "a2"}) a.say(text);
  a.leave();
  BOOST_TEST(context->can_receive());
  b.join();
  b.say("b1");
  BOOST_TEST(drain() == "a1 a2 b1 ");
}

BOOST_AUTO_TEST_CASE(no_new_peer_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say("m");
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  context->receive().value();
  BOOST_TEST(!b.join());
}

BOOST_AUTO_TEST_CASE(a_message_over_the_peers_limit_is_refused_unharmed) {
  a.link.limit = 3;
  a.join();
  message m = test::with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(!send("sho"));
  BOOST_TEST(a.heard() == "sho ");
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_leaves_its_old_header_behind) {
  a.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!context->send(m));
  BOOST_TEST(a.link.sent[0].header().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_may_speak_before_there_is_a_context) {
  context.reset();
  a.join();
  a.say("early");
  context = protocol->open_context();
  BOOST_TEST(drain() == "early ");
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_send) {
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(0);
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  a.leave();
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
}

BOOST_AUTO_TEST_CASE(a_queue_waits_for_the_next_peer) {
  auto queued = weft::pair::make(host, {.send_queue = 2});
  auto x = queued->open_context();
  test::scripted_peer first{*queued, 4}, second{*queued, 5};
  first.join(1);
  for (auto* text : {"1", "2", "3"}) {
    message m(text);
    BOOST_TEST(x->can_send());
    BOOST_TEST(!x->send(m));
  }
  BOOST_TEST(!x->can_send());
  first.leave();
  BOOST_TEST(queued->queued() == 2u);
  host.woke_senders();
  second.join();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(first.heard() == "1 ");
  BOOST_TEST(second.heard() == "2 3 ");
}

BOOST_AUTO_TEST_CASE(may_be_asked_for_the_newest_only) {
  auto newest = weft::pair::make(host, {.conflate = true});
  auto x = newest->open_context();
  test::scripted_peer p{*newest, 4};
  p.join();
  for (auto* text : {"1", "2"}) p.say(text);
  p.leave();
  BOOST_TEST(host.tended());  // what is stale goes though nobody receives
  BOOST_TEST(x->receive()->text() == "2");
  BOOST_TEST(!x->can_receive());
  BOOST_TEST((host.dropped().at(0).why == drop_reason::displaced));
}

BOOST_AUTO_TEST_CASE(a_queue_has_8192_places_at_most) {
  BOOST_CHECK_NO_THROW(weft::pair::make(host, {.send_queue = 8192}));
  BOOST_CHECK_EXCEPTION(weft::pair::make(host, {.send_queue = 8193}), std::system_error,
                        [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); });
}

BOOST_AUTO_TEST_CASE(a_raw_one_sends_the_header_along) {
  auto raw = raw_pair::make(host, {});
  auto x = raw->open_context();
  test::scripted_peer p{*raw, 4};
  p.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!x->send(m));
  BOOST_TEST(p.link.sent[0].header().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
