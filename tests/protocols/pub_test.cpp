// SPDX-License-Identifier: MIT
#include <weft/pub.hpp>

#include "policy/interest.hpp"
#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

namespace interest = policy::interest;

message list_of(std::initializer_list<std::string_view> prefixes) {
  interest::writer w;
  w.flag(interest::begins | interest::ends);
  for (auto p : prefixes) w.add(interest::verb::want, std::as_bytes(std::span(p)));
  return message(w.bytes());
}

struct stand {
  explicit stand(pub::options o = {}) : protocol(pub::make(host, o)) {
    for (auto* p : {&a, &b, &c}) p->link.weft = true;
  }

  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }
  /// "1:x 2:y " for what was dropped, by pipe, and all of it for that reason.
  std::string dropped(drop_reason why) {
    std::string all;
    for (auto const& d : host.dropped()) {
      BOOST_TEST((d.why == why && d.which == direction::outgoing));
      all.append(std::to_string(static_cast<unsigned>(d.from))).append(":").append(d.what.text()) += ' ';
    }
    return all;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

struct dropping : stand {
  dropping() : stand({.queue = 2, .when_full = pub::full::drop_newest}) {}
};
struct blocking : stand {
  blocking() : stand({.queue = 2, .when_full = pub::full::block}) {}
};
struct limited : stand {
  limited() : stand({.peer_topics = 1}) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pub_, stand)

BOOST_AUTO_TEST_CASE(sends_to_all) {
  for (auto* p : {&a, &b, &c}) p->join();
  BOOST_TEST(!send("1"));
  BOOST_TEST(!send("2"));
  for (auto* p : {&a, &b, &c}) BOOST_TEST(p->heard() == "1 2 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(all_share_one_body) {
  for (auto* p : {&a, &b, &c}) p->join();
  BOOST_TEST(!send(std::string(1000, 'x')));
  BOOST_TEST(a.link.sent[0].body().data() == b.link.sent[0].body().data());
  BOOST_TEST(a.link.sent[0].body().data() == c.link.sent[0].body().data());
}

BOOST_AUTO_TEST_CASE(succeeds_without_anybody_and_counts_it) {
  BOOST_TEST(context->can_send());
  BOOST_TEST(!send("lost"));
  BOOST_TEST(dropped(drop_reason::no_peer) == "0:lost ");
}

BOOST_AUTO_TEST_CASE(a_slow_peer_keeps_the_newest_sixteen_and_delays_nobody) {
  a.join(0);
  b.join();
  for (int i = 1; i <= 18; ++i) {
    BOOST_TEST(context->can_send());
    BOOST_TEST(!send(std::to_string(i)));
  }
  BOOST_TEST(b.count() == 18u);
  BOOST_TEST(dropped(drop_reason::displaced) == "1:1 1:2 ");
  a.make_room(100);
  BOOST_TEST(a.heard() == "3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ");
  BOOST_TEST(!host.woke_senders());
}

BOOST_FIXTURE_TEST_CASE(or_the_oldest, dropping) {
  a.join(1);
  for (auto* text : {"1", "2", "3", "4", "5"}) BOOST_TEST(!send(text));
  BOOST_TEST(dropped(drop_reason::full) == "1:4 1:5 ");
  a.make_room(100);
  BOOST_TEST(a.heard() == "1 2 3 ");
}

BOOST_FIXTURE_TEST_CASE(or_waits_for_the_slowest, blocking) {
  a.join(1);
  b.join();
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(text));
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  BOOST_TEST(!host.woke_senders());
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
  BOOST_TEST(!send("4"));
  BOOST_TEST(!context->can_send());
  a.make_room(100);
  BOOST_TEST(a.heard() == "1 2 3 4 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_who_has_gone, blocking) {
  a.join(0);
  b.join();
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(text));
  BOOST_TEST(!context->can_send());
  a.leave();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
  BOOST_TEST(dropped(drop_reason::peer_gone) == "1:1 1:2 ");
}

BOOST_FIXTURE_TEST_CASE(nor_for_who_was_closed, blocking) {
  a.join(0);
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(text));
  a.say("nonsense");
  BOOST_TEST(a.was_closed(errc::malformed));
  BOOST_TEST(host.woke_senders());
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(context->can_send());
    BOOST_TEST(!send("x"));
  }
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_lost_peer_is_counted) {
  a.join(0);
  BOOST_TEST(!send("1"));
  a.leave();
  BOOST_TEST(dropped(drop_reason::peer_gone) == "1:1 ");
}

BOOST_AUTO_TEST_CASE(is_tended_while_anything_waits) {
  a.join(1);
  b.join(0);
  BOOST_TEST(!send("1"));
  BOOST_TEST(host.tended());
  BOOST_TEST(!send("2"));
  b.make_room(10);
  BOOST_TEST(host.tended());
  a.leave();
  BOOST_TEST(!host.tended());
}

BOOST_AUTO_TEST_CASE(who_joins_late_gets_what_comes_then) {
  a.join();
  BOOST_TEST(!send("1"));
  b.join();
  BOOST_TEST(!send("2"));
  BOOST_TEST(b.heard() == "2 ");
}

BOOST_AUTO_TEST_CASE(a_message_over_one_peers_limit_is_lost_for_it) {
  a.link.limit = 3;
  a.join();
  b.join();
  BOOST_TEST(!send("long"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(b.heard() == "long ");
  BOOST_TEST(dropped(drop_reason::too_large) == "1:long ");
}

BOOST_AUTO_TEST_CASE(a_message_over_every_limit_is_refused_unharmed) {
  a.link.limit = b.link.limit = 3;
  a.join();
  b.join();
  message m = test::with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_leaves_its_old_header_behind) {
  a.join();
  b.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!context->send(m));
  BOOST_TEST(a.link.sent[0].header().empty());
  BOOST_TEST(b.link.sent[0].header().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_of_ours_gets_what_it_asked_for) {
  a.join();
  b.join();
  BOOST_TEST(!send("x1"));  // nothing is known yet: everything goes to everybody
  a.say(list_of({"x", "y"}));
  b.say(list_of({}));
  for (auto* text : {"x2", "y3", "z4"}) BOOST_TEST(!send(text));
  BOOST_TEST(a.heard() == "x1 x2 y3 ");
  BOOST_TEST(b.heard() == "x1 ");
  BOOST_TEST(dropped(drop_reason::filtered) == "0:z4 ");
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_asks_for_too_much_gets_everything, limited) {
  a.join();
  a.say(list_of({"x", "y"}));
  BOOST_TEST(!send("z"));
  BOOST_TEST(a.heard() == "z ");
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(a_message_too_large_for_who_does_not_want_it_is_not) {
  a.link.limit = 3;
  a.join();
  b.join();
  a.say(list_of({"x"}));
  BOOST_TEST(!send("long"));
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_talks_nonsense_is_closed) {
  a.join();
  b.join();
  a.say("hello");
  BOOST_TEST(a.was_closed(errc::malformed));
  a.say("hello again");  // was on its way
  BOOST_TEST(!send("1"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(b.heard() == "1 ");
}

BOOST_AUTO_TEST_CASE(a_foreign_peer_that_talks_at_all_is_closed) {
  a.link.weft = false;
  a.join();
  a.say(list_of({"x"}));
  BOOST_TEST(a.was_closed(errc::malformed));
}

BOOST_AUTO_TEST_CASE(what_a_peer_says_opens_its_window_again) {
  test::scripted_peer narrow{*protocol, 4, 2};
  narrow.link.weft = true;
  narrow.join();
  for (int i = 0; i < 3; ++i) narrow.say(list_of({}));
  BOOST_TEST(narrow.link.granted == 2u + 3u);
}

BOOST_AUTO_TEST_CASE(cannot_receive) {
  BOOST_TEST(context->can_receive());
  BOOST_TEST(context->receive().error() == make_error_code(errc::unsupported));
}

BOOST_AUTO_TEST_CASE(a_queue_has_from_one_to_8192_messages) {
  for (unsigned bad : {0u, 8193u})
    BOOST_CHECK_EXCEPTION(pub::make(host, {.queue = bad}), std::system_error,
                          [](auto& e) { return e.code() == errc::invalid_option; });
  BOOST_TEST(raw_pub::make(host, {.queue = 8192}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
