// SPDX-License-Identifier: MIT
#include <weft/bus.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace weft::protocols {

namespace {

/// A bus socket and three peers who have yet to join.
struct side {
  explicit side(std::unique_ptr<ext::protocol> p) : protocol(std::move(p)) {}

  std::error_code send(message m) { return context->send(m); }
  std::error_code send(std::string_view text) { return send(message(text)); }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }
  void join_all() {
    for (auto* p : {&a, &b, &c}) p->join();
  }

  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

struct with_host {
  bool dropped(drop_reason why, direction which, unsigned id, std::size_t times = 1) {
    auto const all = host.dropped();
    for (auto const& d : all)
      if (d.why != why || d.which != which || d.from != pipe_id{id}) return false;
    return all.size() == times;
  }
  test::fake_host host;
};
struct fixture : with_host, side {
  fixture() : side(bus::make(host, {})) {}
};
struct raw_fixture : with_host, side {
  raw_fixture() : side(raw_bus::make(host, {})) { join_all(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bus, fixture)

BOOST_AUTO_TEST_CASE(speaks_to_all_and_hears_from_all) {
  join_all();
  BOOST_TEST(!send("hello"));
  for (auto* p : {&a, &b, &c}) {
    BOOST_TEST(p->heard() == "hello ");
    BOOST_TEST(p->link.sent[0].header().empty());
    p->say("hi");
    BOOST_TEST(host.woke(*context));
  }
  auto const m = context->receive().value();
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(drain() == "hi hi ");
}

BOOST_AUTO_TEST_CASE(nothing_is_passed_on) {
  join_all();
  a.say("mine");
  BOOST_TEST(drain() == "mine ");
  for (auto* p : {&a, &b, &c}) BOOST_TEST(p->count() == 0u);
}

BOOST_AUTO_TEST_CASE(send_never_waits) {
  BOOST_TEST(context->can_send());
  BOOST_TEST(!send("to nobody"));
  BOOST_TEST(dropped(drop_reason::no_peer, direction::outgoing, 0));
  a.join(0);
  b.join();
  for (int i = 0; i < 16; ++i) BOOST_TEST(!send("m"));
  BOOST_TEST(host.dropped().empty());
  BOOST_TEST(context->can_send());
  BOOST_TEST(protocol->queued() == 16u);
  for (int i = 0; i < 3; ++i) BOOST_TEST(!send("m"));
  BOOST_TEST(dropped(drop_reason::full, direction::outgoing, 1, 3));
  a.make_room(100);
  BOOST_TEST(a.count() == 16u);
  BOOST_TEST(b.count() == 19u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_who_goes_is_dropped) {
  a.join(0);
  BOOST_TEST(!send("m"));
  a.leave();
  BOOST_TEST(dropped(drop_reason::peer_gone, direction::outgoing, 1));
}

BOOST_AUTO_TEST_CASE(who_comes_later_hears_what_is_said_later) {
  a.join();
  BOOST_TEST(!send("1"));
  b.join();
  BOOST_TEST(!send("2"));
  a.leave();
  BOOST_TEST(!send("3"));
  BOOST_TEST(a.heard() == "1 2 ");
  BOOST_TEST(b.heard() == "2 3 ");
}

BOOST_AUTO_TEST_CASE(peers_are_heard_in_turn) {
  join_all();
  for (auto* text : {"a1", "a2", "a3"}) a.say(text);
  b.say("b1");
  c.say("c1");
  b.leave();
  BOOST_TEST(drain() == "b1 a1 c1 a2 a3 ");
}

BOOST_AUTO_TEST_CASE(who_sends_too_much_loses_its_own_newest) {
  join_all();
  for (int i = 0; i < 18; ++i) a.say(std::to_string(i));
  b.say("b");
  auto const all = host.dropped();
  BOOST_TEST(all.size() == 2u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST((all[i].why == drop_reason::full));
    BOOST_TEST((all[i].which == direction::incoming));
    BOOST_TEST((all[i].from == pipe_id{1}));
    BOOST_TEST(all[i].what.text() == std::to_string(16 + i));
  }
  BOOST_TEST(drain() == "0 b 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ");
}

BOOST_AUTO_TEST_CASE(a_drop_opens_the_window_again) {
  test::scripted_peer narrow{*protocol, 4, 32};
  narrow.join();
  for (int i = 0; i < 32; ++i) narrow.say("m");
  BOOST_TEST(narrow.link.granted == 32u + 16u);
}

BOOST_AUTO_TEST_CASE(what_was_received_survives_the_peer_and_comes_first) {
  join_all();
  b.say("b1");
  a.say("a1");
  a.leave();
  BOOST_TEST(drain() == "a1 b1 ");
}

BOOST_AUTO_TEST_CASE(no_new_peers_while_lost_ones_left_too_much) {
  auto wide = weft::bus::make(host, {.receive_queue = 8192});
  auto all = wide->open_context();
  test::scripted_peer p{*wide, 1}, q{*wide, 2};
  p.join();
  for (int i = 0; i < 4097; ++i) p.say("m");
  p.leave();
  BOOST_TEST(q.join() == make_error_code(errc::busy));
  all->receive().value();
  BOOST_TEST(!q.join());
}

BOOST_AUTO_TEST_CASE(a_message_over_one_limit_goes_to_the_others) {
  a.link.limit = 3;
  join_all();
  BOOST_TEST(!send("long"));
  BOOST_TEST(dropped(drop_reason::too_large, direction::outgoing, 1));
  BOOST_TEST(b.heard() == "long ");
}

BOOST_AUTO_TEST_CASE(a_message_over_every_limit_is_refused_unharmed) {
  a.link.limit = 3;
  a.join();
  message m = test::with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(host.dropped().empty());
}

// A number of another socket's, perhaps: only raw sockets know pipes by it.
BOOST_AUTO_TEST_CASE(headers_mean_nothing) {
  join_all();
  BOOST_TEST(!send(test::with_header({1}, "sent")));
  for (auto* p : {&a, &b, &c}) BOOST_TEST(p->link.sent.at(0).header().empty());
  a.say(test::with_header({1, 2, 3}, "received"));
  auto const m = context->receive().value();
  BOOST_TEST(m.header().empty());
  BOOST_TEST(m.text() == "received");
}

BOOST_AUTO_TEST_CASE(the_queues_are_options_within_limits) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::bus::make(host, {.send_queue = 8193}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::bus::make(host, {.receive_queue = 0}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::raw_bus::make(host, {.receive_queue = 8193}), std::system_error, is_invalid);
  side none(weft::bus::make(host, {.send_queue = 0, .receive_queue = 1}));
  none.a.join(1);
  BOOST_TEST(!none.send("1"));
  BOOST_TEST(!none.send("2"));
  BOOST_TEST(dropped(drop_reason::full, direction::outgoing, 1));
  for (auto* text : {"1", "2"}) none.a.say(text);
  BOOST_TEST(dropped(drop_reason::full, direction::incoming, 1));
  BOOST_TEST(none.drain() == "1 ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(raw_bus, raw_fixture)

BOOST_AUTO_TEST_CASE(the_header_names_the_pipe_a_message_came_from) {
  b.say("m");
  auto const m = context->receive().value();
  BOOST_TEST(m.header().top() == 2u);
  BOOST_TEST(m.text() == "m");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_sent_on_goes_to_all_but_its_sender) {
  for (auto* p : {&a, &b, &c}) p->say(std::to_string(static_cast<unsigned>(p->pipe.id())));
  while (context->can_receive()) BOOST_TEST(!send(context->receive().value()));
  BOOST_TEST(a.heard() == "2 3 ");
  BOOST_TEST(b.heard() == "1 3 ");
  BOOST_TEST(c.heard() == "1 2 ");
  for (auto const& m : a.link.sent) BOOST_TEST(m.header().empty());
}

// Both sockets have a pipe 1: it is not the same one.
BOOST_AUTO_TEST_CASE(through_another_socket_it_goes_to_everybody) {
  side other(weft::raw_bus::make(host, {}));
  other.join_all();
  a.say("m");
  BOOST_TEST(!other.send(context->receive().value()));
  for (auto* p : {&other.a, &other.b, &other.c}) BOOST_TEST(p->heard() == "m ");
}

BOOST_AUTO_TEST_CASE(a_header_of_one_word_names_a_pipe_of_this_socket) {
  BOOST_TEST(!send(test::with_header({2}, "m")));
  BOOST_TEST(a.heard() == "m ");
  BOOST_TEST(b.heard() == "");
}

BOOST_AUTO_TEST_CASE(any_other_header_is_for_everybody) {
  BOOST_TEST(!send("1"));
  BOOST_TEST(!send(test::with_header({1, 2, 3}, "2")));
  BOOST_TEST(!send(test::with_header({99}, "3")));
  for (auto* p : {&a, &b, &c}) BOOST_TEST(p->heard() == "1 2 3 ");
}

BOOST_AUTO_TEST_CASE(what_only_its_sender_could_have_is_dropped) {
  b.leave();
  c.leave();
  a.say("m");
  BOOST_TEST(!send(context->receive().value()));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(dropped(drop_reason::no_peer, direction::outgoing, 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
