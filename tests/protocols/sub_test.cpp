// SPDX-License-Identifier: MIT
#include <weft/sub.hpp>

#include "policy/wishes.hpp"
#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

std::span<std::byte const> bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

void subscribe(ext::context& c, std::string_view prefix) {
  dynamic_cast<ext::topic_filter&>(c).subscribe(bytes(prefix));
}
bool unsubscribe(ext::context& c, std::string_view prefix) {
  return dynamic_cast<ext::topic_filter&>(c).unsubscribe(bytes(prefix));
}
std::string drain(ext::context& c) {
  std::string all;
  while (c.can_receive()) all.append(c.receive()->text()) += ' ';
  return all;
}

/// A publisher of ours, and what it has understood.
struct publisher : test::scripted_peer {
  explicit publisher(ext::protocol& p, unsigned id) : scripted_peer(p, id) { link.weft = true; }
  bool sends(std::string_view body) {
    for (auto const& m : link.sent) BOOST_TEST(wishes.hear(m));
    link.sent.clear();
    return wishes.want(bytes(body));
  }
  policy::wishes wishes{{1000, 1'000'000}};
};

struct stand {
  explicit stand(sub::options const& o = {}) : stand([&] { return sub::make(host, o); }) {}
  template <class Make>
  explicit stand(Make make) requires requires {
    make();
  } : protocol(make()) {
    for (auto* p : {&a, &b}) p->join();
  }

  /// "1:x 2:y " for what was dropped, by pipe, and all of it for that reason.
  std::string dropped(drop_reason why) {
    std::string all;
    for (auto const& d : host.dropped()) {
      BOOST_TEST((d.why == why && d.which == direction::incoming));
      all.append(std::to_string(static_cast<unsigned>(d.from))).append(":").append(d.what.text()) += ' ';
    }
    return all;
  }
  void say(test::scripted_peer& p, std::initializer_list<char const*> texts) {
    for (auto* t : texts) p.say(t);
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> x = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

struct short_queue : stand {
  short_queue() : stand({.queue = 2}) {}
};
struct keeps_old : stand {
  keeps_old() : stand({.queue = 2, .prefer_new = false}) {}
};
struct conflating : stand {
  conflating() : stand({.conflate = true}) {}
};
struct counting : stand {
  counting() : stand({.count_duplicates = true}) {}
};
struct holding : stand {
  holding() : stand({.queue = 2, .hold_back = true}) {}
};
struct deaf_ear : stand {
  deaf_ear() : stand({.filter_at_publisher = false}) {}
};
struct raw : stand {
  raw() : stand([this] { return raw_sub::make(host, {.queue = 2}); }) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sub_, stand)

BOOST_AUTO_TEST_CASE(looks_at_each_of_many_that_come_at_once) {
  subscribe(*x, "new");
  a.say_all({"news", "old", "new"});
  BOOST_TEST(a.lot.taken == 3u);
  BOOST_TEST(drain(*x) == "news new ");
  BOOST_TEST(dropped(drop_reason::filtered) == "1:old ");
}

BOOST_AUTO_TEST_CASE(receives_nothing_without_a_subscription) {
  a.say("news");
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(dropped(drop_reason::filtered) == "1:news ");
}

BOOST_AUTO_TEST_CASE(receives_what_begins_with_its_topic) {
  subscribe(*x, "new");
  say(a, {"news", "old", "new", "ne"});
  BOOST_TEST(host.woke(*x));
  auto const m = x->receive().value();
  BOOST_TEST(m.text() == "news");
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(drain(*x) == "new ");
  BOOST_TEST(dropped(drop_reason::filtered) == "1:old 1:ne ");
}

BOOST_AUTO_TEST_CASE(the_empty_topic_is_everything) {
  subscribe(*x, "");
  say(a, {"x", ""});
  say(b, {"y"});
  BOOST_TEST(drain(*x) == "x  y ");
}

BOOST_AUTO_TEST_CASE(a_subscription_made_twice_ends_at_once) {
  subscribe(*x, "a");
  subscribe(*x, "a");
  BOOST_TEST(unsubscribe(*x, "a"));
  BOOST_TEST(!unsubscribe(*x, "a"));
  a.say("a");
  BOOST_TEST(!x->can_receive());
}

BOOST_FIXTURE_TEST_CASE(or_is_counted, counting) {
  subscribe(*x, "a");
  subscribe(*x, "a");
  BOOST_TEST(unsubscribe(*x, "a"));
  a.say("a1");
  BOOST_TEST(unsubscribe(*x, "a"));
  a.say("a2");
  BOOST_TEST(!unsubscribe(*x, "a"));
  BOOST_TEST(drain(*x) == "a1 ");
}

BOOST_AUTO_TEST_CASE(what_is_queued_stays_when_its_subscription_ends) {
  subscribe(*x, "a");
  a.say("a1");
  unsubscribe(*x, "a");
  a.say("a2");
  BOOST_TEST(drain(*x) == "a1 ");
}

BOOST_AUTO_TEST_CASE(each_context_has_its_own_topics_and_queue) {
  auto const y = protocol->open_context();
  subscribe(*x, "x");
  subscribe(*y, "y");
  for (auto* c : {x.get(), y.get()}) subscribe(*c, "both");
  std::string const both = "both" + std::string(1000, '.');
  say(a, {"x1", "y1", both.c_str(), "z"});
  BOOST_TEST((host.woken() == std::vector{x.get(), y.get()}));
  BOOST_TEST(x->receive()->text() == "x1");
  BOOST_TEST(y->receive()->text() == "y1");
  auto const one = x->receive().value(), other = y->receive().value();
  BOOST_TEST(one.text() == both);
  BOOST_TEST(one.body().data() == other.body().data());
  BOOST_TEST((one.source() == pipe_id{1} && other.source() == pipe_id{1}));
  BOOST_TEST(dropped(drop_reason::filtered) == "1:z ");
}

BOOST_FIXTURE_TEST_CASE(a_full_queue_keeps_the_newest, short_queue) {
  subscribe(*x, "");
  say(a, {"1", "2"});
  say(b, {"3", "4"});
  BOOST_TEST(drain(*x) == "3 4 ");
  BOOST_TEST(dropped(drop_reason::displaced) == "1:1 1:2 ");
}

BOOST_FIXTURE_TEST_CASE(a_message_displaced_after_its_peer_has_gone_is_counted_for_nobody, short_queue) {
  subscribe(*x, "");
  a.say("1");
  a.leave();
  say(b, {"2", "3"});
  BOOST_TEST(dropped(drop_reason::displaced) == "0:1 ");
}

BOOST_FIXTURE_TEST_CASE(or_the_oldest, keeps_old) {
  subscribe(*x, "");
  say(a, {"1", "2", "3"});
  BOOST_TEST(drain(*x) == "1 2 ");
  BOOST_TEST(dropped(drop_reason::full) == "1:3 ");
}

BOOST_FIXTURE_TEST_CASE(or_the_very_latest, conflating) {
  subscribe(*x, "");
  say(a, {"1", "2", "3"});
  BOOST_TEST(drain(*x) == "3 ");
  BOOST_TEST(dropped(drop_reason::displaced) == "1:1 1:2 ");
}

BOOST_FIXTURE_TEST_CASE(or_holds_the_peers_back, holding) {
  subscribe(*x, "");
  say(a, {"a1", "a2", "a3", "a4"});
  say(b, {"b1", "b2"});
  BOOST_TEST(a.pipe.held() == 2u);
  BOOST_TEST(b.pipe.held() == 2u);
  BOOST_TEST(drain(*x) == "a1 a2 a3 b1 a4 b2 ");  // in turns
  BOOST_TEST(host.dropped().empty());
}

BOOST_FIXTURE_TEST_CASE(only_who_wants_it_and_is_full_holds_back, holding) {
  auto const y = protocol->open_context();
  subscribe(*x, "x");
  subscribe(*y, "y");
  say(a, {"x1", "x2", "y1", "x3", "y2"});
  BOOST_TEST(drain(*y) == "y1 ");  // y2 stands behind x3
  BOOST_TEST(x->receive()->text() == "x1");
  BOOST_TEST(drain(*y) == "y2 ");
  BOOST_TEST(drain(*x) == "x2 x3 ");
}

BOOST_FIXTURE_TEST_CASE(who_wants_it_no_more_does_not_hold_back, holding) {
  auto y = protocol->open_context();
  subscribe(*x, "");
  subscribe(*y, "y");
  say(a, {"y1", "y2"});
  drain(*x);
  a.say("y3");
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(unsubscribe(*y, "y"));
  BOOST_TEST(drain(*x) == "y3 ");
  subscribe(*y, "y");
  a.say("y4");
  BOOST_TEST(!x->can_receive());
  y.reset();
  BOOST_TEST(drain(*x) == "y4 ");
  BOOST_TEST(dropped(drop_reason::unread) == "1:y1 1:y2 ");
}

BOOST_FIXTURE_TEST_CASE(what_a_lost_peer_sent_is_kept_but_not_for_ever, holding) {
  subscribe(*x, "");
  say(a, {"1", "2", "3", "4"});
  a.leave();
  test::scripted_peer next{*protocol, 3};
  BOOST_TEST(next.join() == make_error_code(errc::busy));
  BOOST_TEST(x->receive()->text() == "1");
  BOOST_TEST(x->receive()->text() == "2");
  BOOST_TEST(!next.join());
  BOOST_TEST(drain(*x) == "3 4 ");
}

BOOST_AUTO_TEST_CASE(a_context_may_have_options_of_its_own) {
  auto const y = sub::open(*protocol, {.conflate = true});
  for (auto* c : {x.get(), y.get()}) subscribe(*c, "");
  say(a, {"1", "2"});
  BOOST_TEST(drain(*x) == "1 2 ");
  BOOST_TEST(drain(*y) == "2 ");
}

BOOST_AUTO_TEST_CASE(what_a_closed_context_had_not_received_is_counted) {
  subscribe(*x, "");
  a.say("1");
  x.reset();
  BOOST_TEST(dropped(drop_reason::unread) == "1:1 ");
  a.say("2");
  BOOST_TEST(dropped(drop_reason::filtered) == "1:2 ");
}

BOOST_AUTO_TEST_CASE(a_header_is_nobodys_business) {
  subscribe(*x, "a");
  a.say(test::with_header({1, 2}, "a"));
  BOOST_TEST(x->receive()->header().empty());
}

BOOST_AUTO_TEST_CASE(its_window_is_opened_again_as_messages_come) {
  test::scripted_peer narrow{*protocol, 4, 2};
  narrow.join();
  say(narrow, {"1", "2", "3"});
  BOOST_TEST(narrow.link.granted == 2u + 3u);
}

BOOST_AUTO_TEST_CASE(a_foreign_publisher_is_told_nothing) {
  subscribe(*x, "a");
  unsubscribe(*x, "a");
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_publisher_of_ours_is_told_what_is_wanted) {
  subscribe(*x, "early");
  publisher p(*protocol, 3);
  p.join();
  BOOST_TEST(p.sends("early"));
  BOOST_TEST(!p.sends("late"));
  subscribe(*x, "late");
  unsubscribe(*x, "early");
  BOOST_TEST(!p.sends("early"));
  BOOST_TEST(p.sends("late"));
}

BOOST_AUTO_TEST_CASE(a_topic_is_wanted_as_long_as_one_context_does) {
  publisher p(*protocol, 3);
  p.join();
  auto y = protocol->open_context();
  for (auto* c : {x.get(), y.get()}) subscribe(*c, "a");
  subscribe(*y, "b");
  BOOST_TEST((p.sends("a") && p.sends("b")));
  unsubscribe(*x, "a");
  BOOST_TEST(p.sends("a"));
  y.reset();
  BOOST_TEST((!p.sends("a") && !p.sends("b")));
}

BOOST_AUTO_TEST_CASE(a_publisher_hears_when_it_has_room) {
  publisher p(*protocol, 3);
  p.join(0);
  subscribe(*x, "a");
  BOOST_TEST(p.count() == 0u);
  p.make_room(1);
  BOOST_TEST(!p.sends("b"));
  subscribe(*x, "b");
  BOOST_TEST(!p.sends("b"));
  p.make_room(1);
  BOOST_TEST(p.sends("b"));
}

BOOST_AUTO_TEST_CASE(of_a_very_long_topic_the_publisher_hears_the_beginning) {
  publisher p(*protocol, 3);
  p.join();
  std::string const long_topic(5000, 'x');
  subscribe(*x, long_topic + "1");
  subscribe(*x, long_topic + "2");
  BOOST_TEST(unsubscribe(*x, long_topic + "1"));
  BOOST_TEST(p.sends(long_topic));
  p.say(long_topic + "1");
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(unsubscribe(*x, long_topic + "2"));
  BOOST_TEST(!p.sends(long_topic));
}

BOOST_FIXTURE_TEST_CASE(publishers_need_not_be_told, deaf_ear) {
  publisher p(*protocol, 3);
  p.join();
  subscribe(*x, "a");
  BOOST_TEST(p.count() == 0u);
  p.say("b");
  BOOST_TEST(!x->can_receive());
}

BOOST_FIXTURE_TEST_CASE(a_raw_socket_receives_everything, raw) {
  publisher p(*protocol, 3);
  p.join();
  BOOST_TEST(p.sends("anything"));
  say(a, {"1", "2", "3"});
  BOOST_TEST(drain(*x) == "2 3 ");
}

BOOST_AUTO_TEST_CASE(cannot_send) {
  BOOST_TEST(x->can_send());
  message m("x");
  BOOST_TEST(x->send(m) == make_error_code(errc::unsupported));
  BOOST_TEST(m.text() == "x");
}

BOOST_AUTO_TEST_CASE(a_queue_has_from_one_to_8192_messages) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == errc::invalid_option; };
  for (unsigned bad : {0u, 8193u}) {
    BOOST_CHECK_EXCEPTION(sub::make(host, {.queue = bad}), std::system_error, is_invalid);
    BOOST_CHECK_EXCEPTION(sub::open(*protocol, {.queue = bad}), std::system_error, is_invalid);
    BOOST_CHECK_EXCEPTION(raw_sub::make(host, {.queue = bad}), std::system_error, is_invalid);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
