// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace weft::protocols {

namespace {

using test::with_header;
using test::word;

constexpr std::uint32_t id = 0x8000'0001;

std::string survey(std::string_view body, std::uint32_t under = id) { return word(under).append(body); }

std::error_code send(ext::context& c, std::string_view text) {
  message m(text);
  return c.send(m);
}

struct fixture {
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }
  std::vector<drop_reason> dropped(direction which) {
    std::vector<drop_reason> all;
    for (auto const& d : host.dropped())
      if (d.which == which) all.push_back(d.why);
    return all;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = respondent::make(host, {});
  std::unique_ptr<ext::context> x = protocol->open_context(), y = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

using reasons = std::vector<drop_reason>;

bool is(message const& m, std::vector<std::uint32_t> const& words, std::string_view body) {
  return std::vector<std::uint32_t>(m.header().words().begin(), m.header().words().end()) == words && m.text() == body;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(respondent, fixture)

BOOST_AUTO_TEST_CASE(answers_who_asked) {
  BOOST_TEST(!x->can_receive());
  b.say(survey("q?"));
  BOOST_TEST(host.woke(*x));
  auto const q = x->receive().value();
  BOOST_TEST(is(q, {}, "q?"));
  BOOST_TEST((q.source() == pipe_id{2}));
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "a!"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(is(b.link.sent.at(0), {id}, "a!"));
}

BOOST_AUTO_TEST_CASE(sends_back_the_whole_stack_in_its_order) {
  a.say(word(1) + word(2) + survey("q"));
  a.say(with_header({3, id}, "q"));
  a.say(with_header({4}, word(5) + survey("q")));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(x->receive()->text() == "q");
    message m = with_header({9, 9}, "a");  // what it has of its own does not count
    BOOST_TEST(!x->send(m));
  }
  BOOST_TEST(is(a.link.sent.at(0), {1, 2, id}, "a"));
  BOOST_TEST(is(a.link.sent.at(1), {3, id}, "a"));
  BOOST_TEST(is(a.link.sent.at(2), {4, 5, id}, "a"));
}

BOOST_AUTO_TEST_CASE(sending_without_a_survey_is_a_wrong_state) {
  BOOST_TEST(x->can_send());
  message m("a");
  BOOST_TEST(x->send(m) == make_error_code(errc::wrong_state));
  BOOST_TEST(m.text() == "a");
}

BOOST_AUTO_TEST_CASE(a_survey_has_one_response) {
  a.say(survey("q"));
  x->receive().value();
  BOOST_TEST(!send(*x, "1"));
  BOOST_TEST(send(*x, "2") == make_error_code(errc::wrong_state));
  BOOST_TEST(a.heard() == "1 ");
}

BOOST_AUTO_TEST_CASE(receiving_again_forgets_the_survey_before) {
  a.say(survey("1"));
  b.say(survey("2", 0x8000'0002));
  x->receive().value();
  x->receive().value();
  BOOST_TEST(!send(*x, "to 2"));
  BOOST_TEST(send(*x, "to 1") == make_error_code(errc::wrong_state));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(is(b.link.sent.at(0), {0x8000'0002}, "to 2"));
}

BOOST_AUTO_TEST_CASE(surveyors_take_turns_when_they_come_and_go) {
  test::scripted_peer c{*protocol, 3};
  for (auto* text : {"a1", "a2", "a3"}) a.say(survey(text));
  for (auto* text : {"b1", "b2"}) b.say(survey(text));
  std::string order(x->receive()->text());
  c.join();
  c.say(survey("c1"));
  b.leave();
  while (x->can_receive()) order.append(" ").append(x->receive()->text());
  BOOST_TEST(order == "a1 a2 c1 a3");
  BOOST_TEST(b.pipe.held() == 2u);  // unread: the socket counts them
}

BOOST_AUTO_TEST_CASE(many_contexts_answer_in_any_order) {
  std::vector<std::unique_ptr<ext::context>> many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    a.say(survey("q", id + i));
    many.push_back(protocol->open_context());
    BOOST_TEST(many.back()->receive()->text() == "q");
  }
  for (std::size_t i = 100; i-- > 0;) BOOST_TEST(!send(*many[i], "a"));
  for (std::uint32_t i = 0; i < 100; ++i) BOOST_TEST(is(a.link.sent.at(99 - i), {id + i}, "a"));
}

BOOST_AUTO_TEST_CASE(who_found_nothing_is_told_of_a_survey_and_nobody_else) {
  BOOST_TEST(!y->can_receive());
  BOOST_TEST(!x->can_receive());
  a.say(survey("1"));
  BOOST_TEST((host.woken() == std::vector{y.get(), x.get()}));  // in the order they asked
  y->receive().value();
  BOOST_TEST(!x->can_receive());  // in vain again; y does not wait
  a.say(survey("2"));
  BOOST_TEST((host.woken() == std::vector{x.get()}));
  a.say(survey("3"));  // it knows
  BOOST_TEST(host.woken().empty());
}

// A thousand contexts and one survey: one of those who wait is woken, not a thousand.
BOOST_AUTO_TEST_CASE(a_survey_wakes_one_of_those_who_wait_the_first_first) {
  for (auto* c : {y.get(), x.get()}) {
    BOOST_TEST(!c->can_receive());
    c->waiting = 1;
  }
  a.say(survey("1"));
  BOOST_TEST((host.woken() == std::vector{y.get()}));
  a.say(survey("2"));
  BOOST_TEST((host.woken() == std::vector{x.get()}));
  y->receive().value();
  x->receive().value();
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!y->can_receive());
  a.say(survey("3"));
  BOOST_TEST((host.woken() == std::vector{x.get()}));
  x->waiting = 0;
  x->abandon_receive();  // it gives up, and passes the survey on
  BOOST_TEST((host.woken() == std::vector{y.get()}));
}

BOOST_AUTO_TEST_CASE(send_waits_while_the_surveyor_has_no_room) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(survey("q"));
  x->receive().value();
  BOOST_TEST(!x->can_send());
  BOOST_TEST(x->why_not() == make_error_code(errc::peers_full));
  BOOST_TEST(y->can_send());  // to say that there is nothing to answer
  host.woke_senders();
  busy.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send(*x, "a"));
  BOOST_TEST(busy.heard() == "a ");
}

BOOST_AUTO_TEST_CASE(a_response_to_who_has_gone_is_dropped_with_success) {
  a.say(survey("q"));
  x->receive().value();
  host.woke_senders();
  a.leave();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "a"));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST((dropped(direction::outgoing) == reasons{drop_reason::peer_gone}));
  BOOST_TEST(send(*x, "again") == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_send_that_waits_ends_when_another_survey_takes_its_place) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(survey("1"));
  x->receive().value();
  a.say(survey("2"));
  host.woke_senders();
  x->receive().value();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
}

// T10: nng loses the survey with the first attempt to answer it.
BOOST_AUTO_TEST_CASE(a_response_over_the_surveyors_limit_is_refused_and_the_survey_kept) {
  a.link.limit = 3;
  a.say(word(9) + survey("q"));
  x->receive().value();
  message m = with_header({7}, "long");
  BOOST_TEST(x->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {7}, "long"));
  BOOST_TEST(!send(*x, "sho"));
  BOOST_TEST(is(a.link.sent.at(0), {9, id}, "sho"));
}

BOOST_AUTO_TEST_CASE(a_survey_over_too_many_hops_is_dropped_and_its_peer_kept) {
  std::string hops;
  for (std::uint32_t i = 1; i <= 7; ++i) hops += word(i);
  a.say(hops + word(8) + survey("too far"));
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!host.woke(*x));
  BOOST_TEST((dropped(direction::incoming) == reasons{drop_reason::too_many_hops}));
  BOOST_TEST(!a.link.closed);
  a.say(hops + survey("far"));  // mangos' xrespondent takes one hop less
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(x->receive()->text() == "far");
  BOOST_TEST(!send(*x, "a"));
  BOOST_TEST(a.link.sent.at(0).header().size() == 8u);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_is_an_option_within_1_and_255) {
  auto strict = weft::respondent::make(host, {.hops = 1});
  auto c = strict->open_context();
  test::scripted_peer p{*strict};
  p.join();
  p.say(word(1) + survey("relayed"));
  p.say(survey("direct"));
  BOOST_TEST(c->receive()->text() == "direct");
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::respondent::make(host, {.hops = 0}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::respondent::make(host, {.hops = 256}), std::system_error, is_invalid);
  BOOST_CHECK_NO_THROW(weft::respondent::make(host, {.hops = 255}));
}

BOOST_AUTO_TEST_CASE(a_survey_without_an_id_closes_its_peer) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(1) + "abc"}) {
    test::scripted_peer p{*protocol, 3};
    p.join();
    p.say(bytes);
    BOOST_TEST(p.was_closed(errc::malformed));
    BOOST_TEST(!x->can_receive());
    p.leave();
    BOOST_TEST((dropped(direction::incoming) == reasons{drop_reason::malformed}));
  }
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_malformed_survey_is_served) {
  a.say(survey("good"));
  a.say("bad");
  BOOST_TEST(!a.link.closed);  // not its turn yet
  BOOST_TEST(x->receive()->text() == "good");
  BOOST_TEST(a.was_closed(errc::malformed));
  a.say(survey("late"));
  BOOST_TEST(!x->can_receive());
  a.leave();
  BOOST_TEST(!send(*x, "to nobody"));
}

BOOST_AUTO_TEST_CASE(a_context_may_go_with_its_survey) {
  a.say(survey("q"));
  x->receive().value();
  BOOST_TEST(!x->can_receive());
  x.reset();
  a.leave();
  b.say(survey("q"));
  BOOST_TEST(y->receive()->text() == "q");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
