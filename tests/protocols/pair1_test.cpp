// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace weft::protocols {

namespace {

using test::with_header;
using test::word;

struct side {
  explicit side(std::unique_ptr<ext::protocol> p) : protocol(std::move(p)) {}

  std::error_code send(message m) { return context->send(m); }
  std::error_code send(std::string_view text) { return send(message(text)); }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }

  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

struct with_host {
  test::fake_host host;
};
struct fixture : with_host, side {
  fixture() : side(pair1::make(host, {})) {}
};
struct raw_fixture : with_host, side {
  raw_fixture() : side(raw_pair1::make(host, {})) { a.join(); }
};

std::string hopped(std::string_view text, std::uint32_t hops = 1) { return word(hops).append(text); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pair1, fixture)

BOOST_AUTO_TEST_CASE(talks_both_ways_with_a_hop_in_front) {
  a.join();
  BOOST_TEST(!send("hello"));
  BOOST_TEST(a.heard() == "hello ");
  BOOST_TEST(a.link.sent[0].header().size() == 1u);
  BOOST_TEST(a.link.sent[0].header().top() == 1u);
  a.say(hopped("hi"));
  a.say(with_header({2}, "there"));
  a.say(hopped("mangos", 0));
  BOOST_TEST(host.woke(*context));
  auto const m = context->receive().value();
  BOOST_TEST(m.header().empty());
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(m.text() == "hi");
  BOOST_TEST(drain() == "there mangos ");
}

BOOST_AUTO_TEST_CASE(send_waits_while_there_is_no_peer_or_it_has_no_room) {
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(1);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("1"));
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("2"));
  a.leave();
  BOOST_TEST(!context->can_send());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  a.join(0);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("now"));
}

BOOST_AUTO_TEST_CASE(a_second_peer_is_refused_until_the_first_has_gone) {
  a.join();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  a.leave();
  BOOST_TEST(!b.join());
  BOOST_TEST(!send("to the second"));
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_received_survives_the_peer_and_comes_first) {
  a.join();
  for (auto* text : {"a1", "a2"}) a.say(hopped(text));
  a.leave();
  b.join();
  b.say(hopped("b1"));
  BOOST_TEST(drain() == "a1 a2 b1 ");
}

BOOST_AUTO_TEST_CASE(no_new_peer_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say(hopped("m"));
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  context->receive().value();
  BOOST_TEST(!b.join());
}

BOOST_AUTO_TEST_CASE(a_message_over_too_many_hops_is_dropped_and_the_peer_kept) {
  a.join();
  a.say(hopped("too far", 9));
  BOOST_TEST(!context->can_receive());
  BOOST_TEST(!host.woke(*context));
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 1u);
  BOOST_TEST((dropped[0].why == drop_reason::too_many_hops));
  BOOST_TEST((dropped[0].which == direction::incoming));
  BOOST_TEST((dropped[0].from == pipe_id{1}));
  a.say(hopped("far", 8));
  BOOST_TEST(drain() == "far ");
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(a_message_without_a_hop_count_closes_its_peer) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(256), word(0x8000'0001) + "x"}) {
    side s(weft::pair1::make(host, {}));
    s.a.join();
    s.a.say(hopped("good"));
    s.a.say(bytes);
    s.a.say(hopped("behind"));
    BOOST_TEST(s.drain() == "good ");
    BOOST_TEST(s.a.was_closed(errc::malformed));
    s.a.leave();
    BOOST_TEST(s.drain() == "");
    auto const dropped = host.dropped();
    BOOST_TEST(dropped.size() == 1u);
    BOOST_TEST((dropped[0].why == drop_reason::malformed));
    BOOST_TEST(!s.b.join());
  }
}

BOOST_AUTO_TEST_CASE(a_message_over_the_peers_limit_is_refused_unharmed) {
  a.link.limit = 3;
  a.join();
  message m = with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_leaves_its_old_header_behind) {
  a.join();
  BOOST_TEST(!send(with_header({5, 6}, "body")));
  BOOST_TEST(a.link.sent[0].header().size() == 1u);
  BOOST_TEST(a.link.sent[0].header().top() == 1u);
}

BOOST_AUTO_TEST_CASE(a_queue_waits_for_the_next_peer) {
  side s(weft::pair1::make(host, {.send_queue = 2}));
  s.a.join(1);
  for (auto* text : {"1", "2", "3"}) {
    BOOST_TEST(s.context->can_send());
    BOOST_TEST(!s.send(text));
  }
  BOOST_TEST(!s.context->can_send());
  s.a.leave();
  BOOST_TEST(s.protocol->queued() == 2u);
  host.woke_senders();
  s.b.join();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(s.a.heard() == "1 ");
  BOOST_TEST(s.b.heard() == "2 3 ");
  for (auto const& m : s.b.link.sent) BOOST_TEST(m.header().top() == 1u);
}

BOOST_AUTO_TEST_CASE(may_be_asked_for_the_newest_only) {
  side s(weft::pair1::make(host, {.conflate = true}));
  s.a.join();
  for (auto const& text : {hopped("1"), hopped("2"), hopped("too far", 9)}) s.a.say(text);
  s.a.leave();
  BOOST_TEST(host.tended());  // what is stale goes though nobody receives
  BOOST_TEST(s.drain() == "2 ");
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 2u);
  BOOST_TEST((dropped[0].why == drop_reason::displaced && dropped[0].what.text() == "1"));
  BOOST_TEST((dropped[1].why == drop_reason::too_many_hops));
}

BOOST_AUTO_TEST_CASE(a_queue_has_8192_places_at_most) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_NO_THROW(weft::pair1::make(host, {.send_queue = 8192}));
  BOOST_CHECK_EXCEPTION(weft::pair1::make(host, {.send_queue = 8193}), std::system_error, is_invalid);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_is_an_option_from_1_to_255) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::pair1::make(host, {.hops = 0}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::raw_pair1::make(host, {.hops = 256}), std::system_error, is_invalid);
  side far(weft::pair1::make(host, {.hops = 255})), near(weft::pair1::make(host, {.hops = 1}));
  for (auto* s : {&far, &near}) {
    s->a.join();
    s->a.say(hopped("255", 255));
    s->a.say(hopped("1", 1));
  }
  BOOST_TEST(far.drain() == "255 1 ");
  BOOST_TEST(near.drain() == "1 ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(raw_pair1, raw_fixture)

BOOST_AUTO_TEST_CASE(the_hop_count_is_in_the_header_and_grows_with_each_send) {
  a.say(hopped("m", 3));
  auto m = context->receive().value();
  BOOST_TEST(m.header().size() == 1u);
  BOOST_TEST(m.header().top() == 3u);
  BOOST_TEST(!send(std::move(m)));
  BOOST_TEST(a.link.sent.at(0).header().size() == 1u);
  BOOST_TEST(a.link.sent.at(0).header().top() == 4u);
  BOOST_TEST(a.heard() == "m ");
}

BOOST_AUTO_TEST_CASE(any_other_header_is_refused) {
  std::array<message, 3> bad{message("m"), with_header({1, 1}, "m"), with_header({256}, "m")};
  for (auto& m : bad) {
    BOOST_TEST(context->send(m) == make_error_code(errc::malformed));
    BOOST_TEST(m.text() == "m");
  }
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_message_that_can_go_no_further_is_dropped) {
  BOOST_TEST(!send(with_header({254}, "last")));
  BOOST_TEST(a.link.sent.at(0).header().top() == 255u);
  BOOST_TEST(!send(with_header({255}, "over")));
  BOOST_TEST(a.count() == 1u);
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 1u);
  BOOST_TEST((dropped[0].why == drop_reason::too_many_hops));
  BOOST_TEST((dropped[0].which == direction::outgoing));
}

BOOST_AUTO_TEST_CASE(what_waits_has_one_hop_more_already) {
  side s(weft::raw_pair1::make(host, {.send_queue = 2}));
  BOOST_TEST(!s.send(with_header({3}, "m")));
  s.a.join();
  BOOST_TEST(s.a.link.sent.at(0).header().top() == 4u);
}

// Two sockets and what is between them: each send is a hop, and the limit ends a circle.
BOOST_AUTO_TEST_CASE(a_circle_ends) {
  side other(weft::raw_pair1::make(host, {}));
  other.a.join();
  a.say(hopped("m"));
  int rounds = 0;
  for (side *from = this, *to = &other; from->context->can_receive(); std::swap(from, to), ++rounds) {
    BOOST_TEST(!to->send(from->context->receive().value()));
    auto& out = to->a.link.sent;
    to->a.say(std::move(out.back()));  // it comes back
    out.pop_back();
  }
  BOOST_TEST(rounds == 8);
  BOOST_TEST(host.dropped().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
