// SPDX-License-Identifier: MIT
#include <weft/push.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::protocols {

namespace {

struct fixture {
  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = push::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(push, fixture)

BOOST_AUTO_TEST_CASE(waits_while_there_is_no_peer) {
  BOOST_TEST(!context->can_send());
  a.join();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
  BOOST_TEST(!send("one"));
  BOOST_TEST(a.heard() == "one ");
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  a.join(0);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
}

BOOST_AUTO_TEST_CASE(waits_while_no_peer_has_room) {
  a.join(1);
  b.join(0);
  BOOST_TEST(!send("one"));
  BOOST_TEST(!context->can_send());
  host.woke_senders();
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
}

BOOST_AUTO_TEST_CASE(peers_take_turns) {
  for (auto* p : {&a, &b, &c}) p->join();
  for (auto* text : {"1", "2", "3", "4", "5", "6"}) BOOST_TEST(!send(text));
  BOOST_TEST(a.heard() == "1 4 ");
  BOOST_TEST(b.heard() == "2 5 ");
  BOOST_TEST(c.heard() == "3 6 ");
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

BOOST_AUTO_TEST_CASE(a_slow_peer_is_passed_over_until_it_has_room) {
  a.join(1);
  b.join();
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(text));
  a.make_room();
  for (auto* text : {"4", "5"}) BOOST_TEST(!send(text));
  BOOST_TEST(a.heard() == "1 5 ");
  BOOST_TEST(b.heard() == "2 3 4 ");
}

BOOST_AUTO_TEST_CASE(waits_again_when_the_last_peer_has_gone) {
  a.join();
  a.leave();
  BOOST_TEST(!context->can_send());
}

BOOST_AUTO_TEST_CASE(what_a_puller_says_is_dropped_and_its_window_opened_again) {
  test::scripted_peer narrow{*protocol, 4, 2};
  narrow.join();
  for (auto* text : {"x", "y", "z"}) narrow.say(text);
  BOOST_TEST(!narrow.pipe.can_receive());
  BOOST_TEST(narrow.link.granted == 2u + 3u);
  BOOST_TEST(!narrow.link.closed);
}

BOOST_AUTO_TEST_CASE(goes_to_the_first_peer_whose_limit_admits_it) {
  a.link.limit = 3;
  a.join();
  b.join();
  BOOST_TEST(!send("long"));
  BOOST_TEST(!send("sho"));
  BOOST_TEST(a.heard() == "sho ");
  BOOST_TEST(b.heard() == "long ");
}

BOOST_AUTO_TEST_CASE(a_message_over_every_ready_peers_limit_is_refused_unharmed) {
  a.link.limit = 3;
  a.join();
  b.join(0);
  message m = test::with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(!send("sho"));
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_leaves_its_old_header_behind) {
  a.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!context->send(m));
  BOOST_TEST(a.link.sent[0].header().empty());
}

BOOST_AUTO_TEST_CASE(cannot_receive) {
  BOOST_TEST(context->can_receive());
  BOOST_TEST(context->receive().error() == make_error_code(errc::unsupported));
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_send) {
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(0);
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  a.leave();
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
}

BOOST_AUTO_TEST_CASE(a_better_priority_is_served_first) {
  b.pipe.set_priorities(1, 8);
  a.join();
  b.join(2);
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(text));
  BOOST_TEST(b.heard() == "1 2 ");
  BOOST_TEST(a.heard() == "3 ");
}

BOOST_AUTO_TEST_CASE(what_a_puller_says_is_counted) {
  a.join();
  a.say("x");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::unasked && gone[0].which == direction::incoming));
  BOOST_TEST((gone[0].from == pipe_id{1}));
}

BOOST_AUTO_TEST_CASE(a_queue_takes_what_no_peer_has_room_for) {
  auto queued = weft::push::make(host, {.send_queue = 2});
  auto x = queued->open_context();
  test::scripted_peer late{*queued, 4};
  for (auto* text : {"1", "2"}) {
    message m(text);
    BOOST_TEST(x->can_send());
    BOOST_TEST(!x->send(m));
  }
  BOOST_TEST(!x->can_send());
  BOOST_TEST(queued->queued() == 2u);
  BOOST_TEST(host.tended());
  late.join(1);
  BOOST_TEST(late.heard() == "1 ");
  BOOST_TEST(x->can_send());
  late.make_room(5);
  BOOST_TEST(late.heard() == "1 2 ");
  BOOST_TEST(queued->queued() == 0u);
}

BOOST_AUTO_TEST_CASE(a_queue_has_8192_places_at_most) {
  BOOST_CHECK_NO_THROW(weft::push::make(host, {.send_queue = 8192}));
  BOOST_CHECK_EXCEPTION(weft::push::make(host, {.send_queue = 8193}), std::system_error,
                        [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); });
}

BOOST_AUTO_TEST_CASE(a_raw_one_sends_the_header_along) {
  auto raw = raw_push::make(host, {});
  auto x = raw->open_context();
  test::scripted_peer p{*raw, 4};
  p.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!x->send(m));
  BOOST_TEST(p.link.sent[0].header().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
