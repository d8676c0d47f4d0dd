// SPDX-License-Identifier: MIT
#include <weft/rep.hpp>

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

std::string request(std::string_view body, std::uint32_t under = id) { return word(under).append(body); }

std::error_code send(ext::context& c, std::string_view text) {
  message m(text);
  return c.send(m);
}

struct fixture {
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = rep::make(host, {});
  std::unique_ptr<ext::context> x = protocol->open_context(), y = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

bool is(message const& m, std::vector<std::uint32_t> const& words, std::string_view body) {
  return std::vector<std::uint32_t>(m.header().words().begin(), m.header().words().end()) == words && m.text() == body;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rep, fixture)

BOOST_AUTO_TEST_CASE(answers_who_asked) {
  BOOST_TEST(!x->can_receive());
  b.say(request("q?"));
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
  a.say(word(1) + word(2) + request("q"));
  a.say(with_header({3, id}, "q"));
  a.say(with_header({4}, word(5) + request("q")));
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(x->receive()->text() == "q");
    BOOST_TEST(!send(*x, "a"));
  }
  BOOST_TEST(is(a.link.sent.at(0), {1, 2, id}, "a"));
  BOOST_TEST(is(a.link.sent.at(1), {3, id}, "a"));
  BOOST_TEST(is(a.link.sent.at(2), {4, 5, id}, "a"));
}

BOOST_AUTO_TEST_CASE(a_reply_has_the_stack_of_its_request_and_no_header_of_its_own) {
  a.say(request("q"));
  x->receive().value();
  message m = with_header({1, 2, 3}, "a");
  BOOST_TEST(!x->send(m));
  BOOST_TEST(is(a.link.sent.at(0), {id}, "a"));
}

BOOST_AUTO_TEST_CASE(sending_without_a_request_is_a_wrong_state) {
  BOOST_TEST(x->can_send());
  message m("a");
  BOOST_TEST(x->send(m) == make_error_code(errc::wrong_state));
  BOOST_TEST(m.text() == "a");
}

BOOST_AUTO_TEST_CASE(a_request_has_one_reply) {
  a.say(request("q"));
  x->receive().value();
  BOOST_TEST(!send(*x, "1"));
  BOOST_TEST(send(*x, "2") == make_error_code(errc::wrong_state));
  BOOST_TEST(a.heard() == "1 ");
}

BOOST_AUTO_TEST_CASE(receiving_again_forgets_the_request_before) {
  a.say(request("1"));
  b.say(request("2", 0x8000'0002));
  x->receive().value();
  x->receive().value();
  BOOST_TEST(!send(*x, "to 2"));
  BOOST_TEST(send(*x, "to 1") == make_error_code(errc::wrong_state));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(is(b.link.sent.at(0), {0x8000'0002}, "to 2"));
}

BOOST_AUTO_TEST_CASE(requesters_take_turns) {
  for (auto* text : {"a1", "a2", "a3"}) a.say(request(text));
  for (auto* text : {"b1", "b2"}) b.say(request(text));
  std::string order;
  while (x->can_receive()) order.append(x->receive()->text()) += ' ';
  BOOST_TEST(order == "a1 b1 a2 b2 a3 ");
}

BOOST_AUTO_TEST_CASE(each_context_answers_its_own_request) {
  a.say(request("1", 0x8000'0001));
  a.say(request("2", 0x8000'0002));
  BOOST_TEST(x->receive()->text() == "1");
  BOOST_TEST(y->receive()->text() == "2");
  BOOST_TEST(!send(*y, "to 2"));
  BOOST_TEST(!send(*x, "to 1"));
  BOOST_TEST(is(a.link.sent.at(0), {0x8000'0002}, "to 2"));
  BOOST_TEST(is(a.link.sent.at(1), {0x8000'0001}, "to 1"));
}

BOOST_AUTO_TEST_CASE(many_contexts_answer_in_any_order) {
  std::vector<std::unique_ptr<ext::context>> many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    a.say(request("q", id + i));
    many.push_back(protocol->open_context());
    BOOST_TEST(many.back()->receive()->text() == "q");
  }
  for (std::size_t i = 100; i-- > 0;) BOOST_TEST(!send(*many[i], "a"));
  for (std::uint32_t i = 0; i < 100; ++i) BOOST_TEST(is(a.link.sent.at(99 - i), {id + i}, "a"));
}

// A thousand contexts and one message: one of those who wait is woken, not a thousand.
BOOST_AUTO_TEST_CASE(a_request_wakes_one_of_those_who_wait_the_first_first) {
  auto z = protocol->open_context();
  for (auto* c : {x.get(), y.get(), z.get()}) {
    BOOST_TEST(!c->can_receive());
    c->waiting = 1;
  }
  a.say(request("1"));
  BOOST_TEST((host.woken() == std::vector{x.get()}));
  a.say(request("2"));
  BOOST_TEST((host.woken() == std::vector{y.get()}));
  x->receive().value();
  BOOST_TEST(x->can_receive());
  y->receive().value();
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!y->can_receive());
  a.say(request("3"));
  BOOST_TEST((host.woken() == std::vector{z.get()}));
  z->receive().value();
  a.say(request("4"));
  BOOST_TEST((host.woken() == std::vector{x.get()}));
}

BOOST_AUTO_TEST_CASE(who_only_asked_hears_of_a_request_and_so_does_the_first_who_waits) {
  BOOST_TEST(!x->can_receive());  // a descriptor, say
  BOOST_TEST(!y->can_receive());
  y->waiting = 1;
  a.say(request("1"));
  BOOST_TEST((host.woken() == std::vector{x.get(), y.get()}));
  a.say(request("2"));  // they know
  BOOST_TEST(host.woken().empty());
}

BOOST_AUTO_TEST_CASE(who_was_woken_and_gives_up_passes_it_on) {
  auto const wake_x_with_y_behind = [&](std::string_view text) {
    for (auto* c : {x.get(), y.get()}) {
      BOOST_TEST(!c->can_receive());
      c->waiting = 1;
    }
    a.say(request(text));
    BOOST_TEST((host.woken() == std::vector{x.get()}));
    x->waiting = 0;
  };
  wake_x_with_y_behind("1");
  x->abandon_receive();
  BOOST_TEST((host.woken() == std::vector{y.get()}));
  y->receive().value();
  wake_x_with_y_behind("2");
  x->pass_on();
  BOOST_TEST((host.woken() == std::vector{y.get()}));
  y->receive().value();
  wake_x_with_y_behind("3");
  x.reset();
  BOOST_TEST((host.woken() == std::vector{y.get()}));
}

BOOST_AUTO_TEST_CASE(send_waits_while_the_requester_has_no_room) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(request("q"));
  x->receive().value();
  BOOST_TEST(!x->can_send());
  BOOST_TEST(y->can_send());  // to say that there is nothing to answer
  host.woke_senders();
  busy.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "a"));
  BOOST_TEST(busy.heard() == "a ");
}

BOOST_AUTO_TEST_CASE(a_reply_to_who_has_gone_is_dropped_with_success) {
  a.say(request("q"));
  x->receive().value();
  a.leave();
  BOOST_TEST(x->can_send());
  message m("a");
  BOOST_TEST(!x->send(m));
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(send(*x, "again") == make_error_code(errc::wrong_state));
}

BOOST_AUTO_TEST_CASE(a_send_that_waits_for_a_requester_ends_when_that_goes) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(request("q"));
  x->receive().value();
  host.woke_senders();
  busy.leave();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
  BOOST_TEST(!send(*x, "a"));
}

BOOST_AUTO_TEST_CASE(a_send_that_waits_ends_when_another_request_takes_its_place) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(request("1"));
  x->receive().value();
  a.say(request("2"));
  host.woke_senders();
  x->receive().value();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
}

BOOST_AUTO_TEST_CASE(requests_of_who_has_gone_are_dropped) {
  a.say(request("1"));
  a.say(request("2"));
  a.leave();
  BOOST_TEST(!x->can_receive());
}

// T10: nng's REP loses the request with the first attempt to answer it.
BOOST_AUTO_TEST_CASE(a_reply_over_the_requesters_limit_is_refused_and_the_request_kept) {
  a.link.limit = 3;
  a.say(word(9) + request("q"));
  x->receive().value();
  message m = with_header({7}, "long");
  BOOST_TEST(x->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {7}, "long"));
  BOOST_TEST(!send(*x, "sho"));
  BOOST_TEST(is(a.link.sent.at(0), {9, id}, "sho"));
}

BOOST_AUTO_TEST_CASE(a_request_over_too_many_hops_is_dropped_and_its_peer_kept) {
  std::string hops;
  for (std::uint32_t i = 1; i <= 7; ++i) hops += word(i);
  a.say(hops + word(8) + request("too far"));
  BOOST_TEST(!x->can_receive());
  BOOST_TEST(!host.woke(*x));
  BOOST_TEST(!a.link.closed);
  a.say(hops + request("far"));
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(x->receive()->text() == "far");
  BOOST_TEST(!send(*x, "a"));
  BOOST_TEST(a.link.sent.at(0).header().size() == 8u);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_is_an_option) {
  auto strict = weft::rep::make(host, {.hops = 1});
  auto c = strict->open_context();
  test::scripted_peer p{*strict};
  p.join();
  p.say(word(1) + request("relayed"));
  p.say(request("direct"));
  BOOST_TEST(c->receive()->text() == "direct");
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_may_change) {
  weft::rep::adjust(*x, {.hops = 1});
  a.say(word(1) + request("far"));
  BOOST_TEST(!x->can_receive());
  weft::rep::adjust(*x, {.hops = 2});
  a.say(word(1) + request("far"));
  BOOST_TEST(x->can_receive());
  BOOST_CHECK_THROW(weft::rep::adjust(*x, {.hops = 0}), std::system_error);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_is_within_1_and_255) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::rep::make(host, {.hops = 0}), std::system_error, is_invalid);
  BOOST_CHECK_EXCEPTION(weft::rep::make(host, {.hops = 256}), std::system_error, is_invalid);
  BOOST_CHECK_NO_THROW(weft::rep::make(host, {.hops = 255}));
}

BOOST_AUTO_TEST_CASE(a_request_without_an_id_closes_its_peer) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(1) + "abc"}) {
    test::scripted_peer p{*protocol, 3};
    p.join();
    p.say(bytes);
    BOOST_TEST(p.was_closed(errc::malformed));
    BOOST_TEST(!x->can_receive());
  }
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_malformed_request_is_served) {
  a.say(request("good"));
  a.say("bad");
  BOOST_TEST(!a.link.closed);  // not its turn yet
  BOOST_TEST(x->receive()->text() == "good");
  BOOST_TEST(a.was_closed(errc::malformed));
  a.say(request("late"));
  BOOST_TEST(!x->can_receive());
  a.leave();
  BOOST_TEST(!send(*x, "to nobody"));
}

BOOST_AUTO_TEST_CASE(a_context_may_go_with_its_request) {
  a.say(request("q"));
  x->receive().value();
  x.reset();
  a.leave();
  b.say(request("q"));
  BOOST_TEST(y->receive()->text() == "q");
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_send) {
  test::scripted_peer busy{*protocol, 3};
  busy.join(0);
  busy.say(request("q"));
  x->receive().value();
  BOOST_TEST(!x->can_send());
  BOOST_TEST(x->why_not() == make_error_code(errc::peers_full));
}

BOOST_AUTO_TEST_CASE(what_is_dropped_is_said) {
  a.say(word(1) + word(2) + word(3) + word(4) + word(5) + word(6) + word(7) + word(8) + request("too far"));
  a.say(request("q"));
  x->receive().value();
  b.say("bad");
  a.leave();
  b.leave();
  BOOST_TEST(!send(*x, "a"));
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 3u);
  BOOST_TEST((gone[0].why == drop_reason::too_many_hops && gone[0].which == direction::incoming));
  BOOST_TEST((gone[0].from == pipe_id{1}));
  BOOST_TEST((gone[1].why == drop_reason::malformed && gone[1].from == pipe_id{2}));
  BOOST_TEST((gone[2].why == drop_reason::peer_gone && gone[2].which == direction::outgoing));
  BOOST_TEST(gone[2].what.text() == "a");
}

BOOST_AUTO_TEST_CASE(a_better_priority_is_served_first) {
  b.pipe.set_priorities(8, 7);
  for (auto* text : {"a1", "a2"}) a.say(request(text));
  for (auto* text : {"b1", "b2"}) b.say(request(text));
  std::string order;
  while (x->can_receive()) order.append(x->receive()->text()) += ' ';
  BOOST_TEST(order == "b1 b2 a1 a2 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
