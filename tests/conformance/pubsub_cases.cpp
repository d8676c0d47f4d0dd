// SPDX-License-Identifier: MIT
// What publishers and their subscribers promise each other.
#include "conformance/stage.hpp"

#include <future>
#include <list>
#include <string>
#include <vector>

namespace weft::conformance {

namespace {

/// Publishes `text` again and again until `heard`: a publisher cannot know when a new subscription has reached it.
template <class Heard>
bool publish_until(pub_socket& pub, std::string_view text, Heard const& heard) {
  return comes_true([&] {
    pub.send(text);
    return heard();
  });
}

void a_message_goes_to_every_subscriber_that_wants_it(stage& s) {
  pub_socket pub(s.here());
  std::list<sub_socket> subs;
  for (auto* topic : {"", "a", "ab", "b"}) {
    auto& sub = subs.emplace_back(s.there());
    sub.subscribe(topic);
    pub.dial(s.listen(sub));
  }
  pub.wait_for_peers(subs.size(), soon());
  for (auto* text : {"abc", "acd", "b", "end", "abend", "bend"}) pub.send(text);
  std::vector<std::string> const expected{"abc acd b end abend bend ", "abc acd abend ", "abc abend ", "b bend "};
  for (auto const& wanted : expected) {
    std::string heard;
    while (heard.size() < wanted.size()) heard.append(subs.front().receive(soon()).text()) += ' ';
    BOOST_TEST(heard == wanted);
    subs.pop_front();
  }
}

void two_hundred_subscribers_hear_the_same(stage& s) {
  pub_socket pub(s.here());
  auto const url = s.listen(pub);
  std::list<sub_socket> subs;
  for (int i = 0; i != 200; ++i) {
    auto& sub = subs.emplace_back(s.there());
    sub.subscribe("");
    sub.dial(url);
  }
  pub.wait_for_peers(subs.size(), soon());
  constexpr std::size_t count = 10;
  for (std::size_t i = 0; i != count; ++i) pub.send(numbered_message(i));
  for (auto& sub : subs)
    for (std::size_t i = 0; i != count; ++i) BOOST_TEST(number_in(sub.receive(soon())) == i);
}

void a_subscription_made_later_reaches_the_publisher(stage& s) {
  couple<pub_socket, sub_socket> c(s);
  c.b.subscribe("old");
  BOOST_TEST(publish_until(c.a, "old", [&] { return c.b.try_receive().has_value(); }));
  c.b.subscribe("new");
  c.b.unsubscribe("old");
  auto const came = [&] {
    auto m = c.b.try_receive();
    return m && m->text() == "new";
  };
  BOOST_TEST(publish_until(c.a, "new", came));
}

// Looking at the statistics moves nothing: what the subscriber said must not wait unheard while neither end is in a
// call.
void an_idle_publisher_knows_what_was_subscribed_to(stage& s) {
  couple<pub_socket, sub_socket> c(s);
  c.b.subscribe("a");
  BOOST_TEST(publish_until(c.a, "a", [&] { return c.b.try_receive().has_value(); }));
  auto const told = [&] { return c.a.statistics().received.messages; };
  bool const filters = told() > 0;  // SP's own wires have no words for it
  for (int i = 0; i != 5; ++i) {
    auto const topic = "topic" + std::to_string(i);
    auto const before = told();
    c.b.subscribe(topic);
    BOOST_TEST(comes_true([&] { return !filters || told() > before; }));
    c.a.send(topic);
    message m;
    while ((m = c.b.receive(soon())).text() == "a") {}
    BOOST_TEST(m.text() == topic);
  }
}

void ten_thousand_topics_are_told(stage& s) {
  pub_socket pub(s.here());
  sub_socket sub(s.there());
  for (int i = 0; i != 10'000; ++i) sub.subscribe("topic " + std::to_string(i) + ';');
  s.connect(pub, sub);
  for (auto* text : {"topic 0;", "topic 10000;", "topic", "topic 9999;"}) pub.send(text);
  BOOST_TEST(sub.receive(soon()).text() == "topic 0;");
  BOOST_TEST(sub.receive(soon()).text() == "topic 9999;");
  for (int i = 0; i != 10'000; ++i) sub.unsubscribe("topic " + std::to_string(i) + ';');
  sub.subscribe("end");
  BOOST_TEST(publish_until(pub, "end", [&] { return sub.try_receive().has_value(); }));
}

// Both ends keep what does not fit, and nothing is lost on the way.
void nothing_is_lost_where_both_ends_hold_back(stage& s) {
  pub_socket pub(s.here(), {.queue = 1, .when_full = pub::full::block});
  std::list<sub_socket> subs;
  for (int i = 0; i != 3; ++i) {
    auto& sub = subs.emplace_back(s.there(), sub::options{.queue = 4, .hold_back = true});
    sub.subscribe("");
    pub.dial(s.listen(sub));
  }
  pub.wait_for_peers(3, soon());
  constexpr std::size_t count = 3000;
  std::vector<std::future<bool>> good;
  for (auto& sub : subs)
    good.push_back(std::async(std::launch::async, [&sub] {
      for (std::size_t i = 0; i != count; ++i)
        if (number_in(sub.receive(soon())) != i) return false;
      return true;
    }));
  for (std::size_t i = 0; i != count; ++i) pub.send(numbered_message(i), soon());
  for (auto& g : good) BOOST_TEST(g.get());
}

void a_subscriber_that_does_not_receive_holds_a_blocking_publisher_back(stage& s) {
  pub_socket pub(s.here(), {.queue = 1, .when_full = pub::full::block});
  sub_socket sub(s.there(), {.queue = 1, .hold_back = true});
  sub.subscribe("");
  s.connect(pub, sub);
  std::size_t sent = 0;
  std::error_code why;
  message m = patterned(1000);
  while (!why && sent < 1'000'000) {
    message copy = m.share();
    pub.send(copy, not_long(), why);
    sent += !why;
  }
  BOOST_TEST(why == errc::timed_out);
  for (std::size_t i = 0; i != sent; ++i) sub.receive(soon());
  BOOST_TEST(!sub.try_receive().has_value());
}

// What waits in the publisher's own queue counts as sent.
void closing_a_publisher_delivers_what_waits(stage& s) {
  pub_socket pub(s.here(), {.queue = 8192});
  sub_socket sub(s.there(), {.queue = 1, .hold_back = true});
  sub.subscribe("");
  s.connect(pub, sub);
  constexpr std::size_t count = 2000;
  for (std::size_t i = 0; i != count; ++i) pub.send(numbered_message(i));
  auto closed = std::async(std::launch::async, [&] { return pub.close(patience); });
  std::size_t i = 0;
  while (i != count && number_in(sub.receive(soon())) == i) ++i;
  BOOST_TEST(i == count);
  BOOST_TEST(closed.get().unconfirmed == 0u);
}

void contexts_have_topics_of_their_own(stage& s) {
  pub_socket pub(s.here());
  sub_socket sub(s.there());
  auto x = sub.open_context(), latest = sub.open_context({.conflate = true});
  for (auto* context : {&x, &latest}) context->subscribe("x");
  sub.subscribe("end");
  s.connect(pub, sub);
  for (auto* text : {"x1", "y", "x2", "end"}) pub.send(text);
  BOOST_TEST(sub.receive(soon()).text() == "end");
  BOOST_TEST(x.receive(soon()).text() == "x1");
  BOOST_TEST(x.receive(soon()).text() == "x2");
  BOOST_TEST(latest.receive(soon()).text() == "x2");
  BOOST_TEST(!x.try_receive().has_value());
}

constexpr conformance_case all[] = {
    {"a_message_goes_to_every_subscriber_that_wants_it", a_message_goes_to_every_subscriber_that_wants_it},
    {"two_hundred_subscribers_hear_the_same", two_hundred_subscribers_hear_the_same},
    {"a_subscription_made_later_reaches_the_publisher", a_subscription_made_later_reaches_the_publisher},
    {"an_idle_publisher_knows_what_was_subscribed_to", an_idle_publisher_knows_what_was_subscribed_to},
    {"ten_thousand_topics_are_told", ten_thousand_topics_are_told},
    {"nothing_is_lost_where_both_ends_hold_back", nothing_is_lost_where_both_ends_hold_back},
    {"a_subscriber_that_does_not_receive_holds_a_blocking_publisher_back",
     a_subscriber_that_does_not_receive_holds_a_blocking_publisher_back},
    {"closing_a_publisher_delivers_what_waits", closing_a_publisher_delivers_what_waits},
    {"contexts_have_topics_of_their_own", contexts_have_topics_of_their_own},
};

}  // namespace

cases pubsub_cases() { return all; }

}  // namespace weft::conformance
