// SPDX-License-Identifier: MIT
#include <weft/raw_req.hpp>

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

bool is(message const& m, std::vector<std::uint32_t> const& words, std::string_view body) {
  return std::vector<std::uint32_t>(m.header().words().begin(), m.header().words().end()) == words && m.text() == body;
}

struct fixture {
  std::error_code send(std::initializer_list<std::uint32_t> words, std::string_view body) {
    message m = with_header(words, body);
    return context->send(m);
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = raw_req::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(raw_req, fixture)

BOOST_AUTO_TEST_CASE(sends_with_the_header_it_is_given_to_one_peer_in_turn) {
  a.join();
  b.join();
  BOOST_TEST(!send({id}, "1"));
  BOOST_TEST(!send({3, 4, id}, "2"));
  BOOST_TEST(is(a.link.sent.at(0), {id}, "1"));
  BOOST_TEST(is(b.link.sent.at(0), {3, 4, id}, "2"));
}

BOOST_AUTO_TEST_CASE(refuses_what_has_no_id_at_the_end_of_its_header) {
  a.join();
  for (auto const& words : {std::vector<std::uint32_t>{}, {1, 2}, {id, 1}, {id, id}}) {
    message m("body");
    for (auto w : words) m.header().push(w);
    BOOST_TEST(context->send(m) == make_error_code(errc::malformed));
    BOOST_TEST(is(m, words, "body"));
  }
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(send_waits_for_a_peer_with_room_and_says_why) {
  BOOST_TEST(!context->can_send());
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(0);
  BOOST_TEST(context->why_not() == make_error_code(errc::peers_full));
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_over_every_ready_peers_limit) {
  a.link.limit = 3;
  a.join();
  message m = with_header({id}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {id}, "long"));
}

BOOST_AUTO_TEST_CASE(receives_any_reply_with_its_whole_header) {
  a.join();
  a.say(word(1) + word(2) + word(id) + "in the body");
  BOOST_TEST(host.woke(*context));
  a.say(with_header({1, id}, "apart"));
  BOOST_TEST(is(context->receive().value(), {1, 2, id}, "in the body"));
  auto const m = context->receive().value();
  BOOST_TEST(is(m, {1, id}, "apart"));
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(!context->can_receive());
}

BOOST_AUTO_TEST_CASE(peers_take_turns_with_their_replies) {
  a.join();
  b.join();
  for (auto* text : {"a1", "a2"}) a.say(word(id) + text);
  b.say(word(id) + "b1");
  std::string order;
  while (context->can_receive()) order.append(context->receive()->text()) += ' ';
  BOOST_TEST(order == "a1 b1 a2 ");
}

BOOST_AUTO_TEST_CASE(a_reply_without_an_id_closes_its_peer_and_harms_nobody_else) {
  b.join();
  for (auto const& bytes : {std::string(), std::string("abc"), word(1) + "abc"}) {
    test::scripted_peer p{*protocol, 3};
    p.join();
    p.say(bytes);
    BOOST_TEST(p.was_closed(errc::malformed));
    BOOST_TEST(!context->can_receive());
    p.leave();
    BOOST_TEST((host.dropped().at(0).why == drop_reason::malformed));
  }
  b.say(word(id) + "fine");
  BOOST_TEST(context->receive()->text() == "fine");
}

BOOST_AUTO_TEST_CASE(a_reply_with_a_header_without_end_is_dropped) {
  a.join();
  std::string endless;
  for (std::uint32_t i = 0; i < 300; ++i) endless += word(1);
  a.say(endless + word(id));
  BOOST_TEST(!context->can_receive());
  BOOST_TEST((host.dropped().at(0).why == drop_reason::too_many_hops));
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(replies_of_who_has_gone_are_kept) {
  a.join();
  a.say(word(id) + "1");
  a.say(word(id) + "2");
  a.leave();
  BOOST_TEST(context->receive()->text() == "1");
  BOOST_TEST(context->receive()->text() == "2");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(no_new_peers_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say(word(id));
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
