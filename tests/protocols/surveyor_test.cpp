// SPDX-License-Identifier: MIT
#include <weft/surveyor.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace weft::protocols {

namespace {

using namespace std::chrono_literals;
using test::with_header;
using test::word;

struct fixture {
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }

  static std::error_code send(ext::context& c, std::string_view text) {
    message m(text);
    return c.send(m);
  }
  static std::error_code fails(ext::context& c) { return c.receive().error(); }
  static std::string receive(ext::context& c) { return std::string(c.receive().value().text()); }
  /// Under which id `p` heard its latest survey.
  static std::uint32_t id(test::scripted_peer const& p) { return p.link.sent.back().header().top(); }
  /// The response to that, as a byte stream brings it.
  static void answer(test::scripted_peer& p, std::string_view text) { p.say(word(id(p)).append(text)); }
  bool dropped(drop_reason why, direction which, unsigned id, std::string_view text) {
    auto const all = host.dropped();
    return all.size() == 1 && all[0].why == why && all[0].which == which && all[0].from == pipe_id{id} &&
           all[0].what.text() == text;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = surveyor::make(host, {});
  std::unique_ptr<ext::context> x = protocol->open_context(), y = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(surveyor, fixture)

BOOST_AUTO_TEST_CASE(asks_all_and_receives_what_they_answer) {
  BOOST_TEST(!send(*x, "q?"));
  for (auto* p : {&a, &b}) {
    BOOST_TEST(p->heard() == "q? ");
    BOOST_TEST(p->link.sent[0].header().size() == 1u);
  }
  BOOST_TEST(id(a) == id(b));
  BOOST_TEST((id(a) & 0x8000'0000) != 0u);
  BOOST_TEST(!x->can_receive());
  answer(b, "b!");
  BOOST_TEST(host.woke(*x));
  a.say(with_header({id(a)}, "a!"));
  auto const m = x->receive().value();
  BOOST_TEST(m.text() == "b!");
  BOOST_TEST(m.header().empty());
  BOOST_TEST((m.source() == pipe_id{2}));
  BOOST_TEST(receive(*x) == "a!");
  BOOST_TEST(!x->can_receive());
}

BOOST_AUTO_TEST_CASE(receiving_before_a_survey_is_a_wrong_state) {
  BOOST_TEST(x->can_receive());
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_survey_ends_when_its_time_is_over) {
  BOOST_TEST(!send(*x, "q"));
  host.advance(999ms);
  BOOST_TEST(!x->can_receive());
  host.advance(1ms);
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
  BOOST_TEST(host.alarms() == 0u);
}

BOOST_AUTO_TEST_CASE(everybody_who_waits_hears_of_the_end) {
  BOOST_TEST(!send(*x, "q"));
  x->waiting = 2;
  host.advance(1s);
  for (int i = 0; i < 2; ++i) BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

// T3: nng keeps these from the user.
BOOST_AUTO_TEST_CASE(what_came_in_time_is_received_after_the_end_too) {
  BOOST_TEST(!send(*x, "q"));
  answer(a, "in time");
  host.advance(1s);
  answer(b, "late");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 2, "late"));
  BOOST_TEST(receive(*x) == "in time");
  BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_new_survey_takes_the_place_of_the_one_before) {
  BOOST_TEST(!send(*x, "1"));
  auto const first = id(a);
  answer(a, "a1");
  host.advance(600ms);
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(id(a) != first);
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 0, "a1"));
  b.say(word(first) + "b1");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 2, "b1"));
  BOOST_TEST(!x->can_receive());
  host.advance(600ms);  // the first would be over
  answer(b, "b2");
  BOOST_TEST(receive(*x) == "b2");
  host.advance(400ms);
  BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_new_survey_cancels_who_waits_for_the_one_before) {
  BOOST_TEST(!send(*x, "1"));
  x->waiting = 2;
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(host.woke(*x));
  answer(a, "a2");
  for (; x->waiting > 0; --x->waiting) BOOST_TEST(fails(*x) == make_error_code(errc::canceled));
  BOOST_TEST(receive(*x) == "a2");
}

BOOST_AUTO_TEST_CASE(who_was_to_be_canceled_and_gives_up_takes_only_its_own_along) {
  BOOST_TEST(!send(*x, "1"));
  x->waiting = 1;
  BOOST_TEST(!send(*x, "2"));
  x->waiting = 0;
  x->abandon_receive();
  answer(a, "a2");
  BOOST_TEST(receive(*x) == "a2");
}

BOOST_AUTO_TEST_CASE(a_new_survey_forgets_that_the_one_before_is_over) {
  BOOST_TEST(!send(*x, "1"));
  host.advance(1s);
  BOOST_TEST(!send(*x, "2"));
  BOOST_TEST(!x->can_receive());
  answer(a, "a2");
  BOOST_TEST(receive(*x) == "a2");
}

BOOST_AUTO_TEST_CASE(a_receive_that_gives_up_ends_the_survey) {
  BOOST_TEST(!send(*x, "q"));
  x->abandon_receive();
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(host.alarms() == 0u);
  answer(a, "late");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 1, "late"));
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_receive_that_gives_up_leaves_what_came_in_time) {
  BOOST_TEST(!send(*x, "q"));
  answer(a, "in time");
  x->abandon_receive();
  BOOST_TEST(receive(*x) == "in time");
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_receive_that_gives_up_at_the_end_knows_of_it) {
  BOOST_TEST(!send(*x, "q"));
  x->waiting = 1;
  host.advance(1s);
  x->waiting = 0;
  x->abandon_receive();
  BOOST_TEST(fails(*x) == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(each_context_has_its_own_survey) {
  BOOST_TEST(!send(*x, "x?"));
  auto const of_x = id(a);
  BOOST_TEST(!send(*y, "y?"));
  answer(a, "for y");
  a.say(word(of_x) + "for x");
  BOOST_TEST(receive(*x) == "for x");
  BOOST_TEST(receive(*y) == "for y");
}

BOOST_AUTO_TEST_CASE(a_context_may_have_options_of_its_own) {
  auto const z = weft::surveyor::open(*protocol, {.survey_time = 3s, .receive_queue = 1});
  BOOST_TEST(!send(*z, "z?"));
  BOOST_TEST(!send(*x, "x?"));
  a.say(word(a.link.sent[0].header().top()) + "1");
  a.say(word(a.link.sent[0].header().top()) + "2");
  BOOST_TEST(dropped(drop_reason::full, direction::incoming, 1, "2"));
  host.advance(2s);
  BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
  BOOST_TEST(receive(*z) == "1");
  BOOST_TEST(!z->can_receive());
  host.advance(1s);
  BOOST_TEST(fails(*z) == make_error_code(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(many_contexts_ask_at_a_time) {
  std::vector<std::unique_ptr<ext::context>> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(protocol->open_context());
    BOOST_TEST(!send(*many.back(), "q"));
  }
  for (std::size_t i = 100; i-- > 0;) a.say(word(a.link.sent[i].header().top()) + std::to_string(i));
  for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(receive(*many[i]) == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(send_never_waits_and_needs_no_peer) {
  a.leave();
  b.leave();
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "q"));
  BOOST_TEST(dropped(drop_reason::no_peer, direction::outgoing, 0, "q"));
  host.advance(1s);
  BOOST_TEST(fails(*x) == make_error_code(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(who_has_no_room_is_not_asked) {
  test::scripted_peer slow{*protocol, 3};
  slow.join(0);
  for (int i = 0; i < 8; ++i) BOOST_TEST(!send(*x, "waits"));
  BOOST_TEST(host.dropped().empty());
  BOOST_TEST(!send(*x, "goes"));
  BOOST_TEST(dropped(drop_reason::full, direction::outgoing, 3, "goes"));
  slow.make_room(100);
  BOOST_TEST(slow.count() == 8u);
  BOOST_TEST(a.count() == 9u);
}

BOOST_AUTO_TEST_CASE(responses_that_nobody_receives_are_dropped_when_too_many) {
  BOOST_TEST(!send(*x, "q"));
  for (int i = 0; i < 128; ++i) answer(a, "m");
  BOOST_TEST(host.dropped().empty());
  answer(a, "one more");
  BOOST_TEST(dropped(drop_reason::full, direction::incoming, 1, "one more"));
  for (int i = 0; i < 128; ++i) BOOST_TEST(receive(*x) == "m");
  BOOST_TEST(!x->can_receive());
}

BOOST_AUTO_TEST_CASE(responses_to_nothing_are_dropped) {
  a.say(word(0x8000'0001) + "never asked");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 1, "never asked"));
  BOOST_TEST(!send(*x, "q"));
  a.say(word(id(a) & 0x7fff'ffff) + "no id");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 1, "no id"));
  a.say(with_header({1, id(a)}, "too many words"));
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 1, "too many words"));
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(a_response_without_an_id_closes_its_peer) {
  BOOST_TEST(!send(*x, "q"));
  a.say("abc");
  BOOST_TEST(a.was_closed(errc::malformed));
  BOOST_TEST(dropped(drop_reason::malformed, direction::incoming, 1, "abc"));
  answer(b, "b!");
  BOOST_TEST(receive(*x) == "b!");
}

BOOST_AUTO_TEST_CASE(a_lost_peers_response_stays) {
  BOOST_TEST(!send(*x, "q"));
  answer(a, "a!");
  a.leave();
  BOOST_TEST(receive(*x) == "a!");
}

BOOST_AUTO_TEST_CASE(who_joins_later_is_not_asked) {
  BOOST_TEST(!send(*x, "q"));
  test::scripted_peer late{*protocol, 3};
  late.join();
  BOOST_TEST(late.count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_survey_over_every_limit_is_refused_and_changes_nothing) {
  a.link.limit = b.link.limit = 3;
  BOOST_TEST(!send(*x, "q"));
  message m = with_header({7}, "long");
  BOOST_TEST(x->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  answer(a, "a!");
  BOOST_TEST(receive(*x) == "a!");
}

BOOST_AUTO_TEST_CASE(a_context_may_go_with_its_survey) {
  BOOST_TEST(!send(*x, "q"));
  answer(a, "a!");
  x.reset();
  BOOST_TEST(host.alarms() == 0u);
  BOOST_TEST(dropped(drop_reason::unread, direction::incoming, 0, "a!"));
  answer(b, "b!");
  BOOST_TEST(dropped(drop_reason::unasked, direction::incoming, 2, "b!"));
}

BOOST_AUTO_TEST_CASE(a_survey_may_last_for_ever) {
  auto const z = weft::surveyor::open(*protocol, {.survey_time = clock::duration::max()});
  host.set_now(clock::time_point(1h));
  BOOST_TEST(!send(*z, "q"));
  BOOST_TEST(host.alarms() == 0u);
  host.advance(24h);
  answer(a, "at last");
  BOOST_TEST(receive(*z) == "at last");
}

BOOST_AUTO_TEST_CASE(options_are_within_their_limits) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  for (weft::surveyor::options const& bad : {weft::surveyor::options{.survey_time = 0s},
                                             {.survey_time = -1s},
                                             {.receive_queue = 0},
                                             {.receive_queue = 8193},
                                             {.send_queue = 8193}}) {
    BOOST_CHECK_EXCEPTION(weft::surveyor::make(host, bad), std::system_error, is_invalid);
    BOOST_CHECK_EXCEPTION(weft::surveyor::open(*protocol, bad), std::system_error, is_invalid);
  }
}

BOOST_AUTO_TEST_CASE(options_change_for_surveys_from_then_on) {
  weft::surveyor::adjust(*x, {.survey_time = 10s, .keep = true});
  BOOST_TEST(!send(*x, "q"));
  host.advance(9s);
  x->abandon_receive();
  answer(a, "late");
  BOOST_TEST(receive(*x) == "late");
  BOOST_CHECK_THROW(weft::surveyor::adjust(*x, {.survey_time = 0s}), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
