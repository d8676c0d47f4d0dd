// SPDX-License-Identifier: MIT
#include <weft/raw_rep.hpp>

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
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }
  std::error_code send(std::initializer_list<std::uint32_t> words, std::string_view body) {
    message m = with_header(words, body);
    return context->send(m);
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = raw_rep::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(raw_rep, fixture)

BOOST_AUTO_TEST_CASE(receives_with_the_pipe_in_front_of_the_stack) {
  BOOST_TEST(!context->can_receive());
  b.say(word(5) + word(id) + "q");
  BOOST_TEST(host.woke(*context));
  auto const m = context->receive().value();
  BOOST_TEST(is(m, {2, 5, id}, "q"));
  BOOST_TEST((m.source() == pipe_id{2}));
}

BOOST_AUTO_TEST_CASE(sends_to_the_pipe_its_first_word_names) {
  BOOST_TEST(!send({2, 5, id}, "a"));
  BOOST_TEST(!send({1, id}, "b"));
  BOOST_TEST(is(b.link.sent.at(0), {5, id}, "a"));
  BOOST_TEST(is(a.link.sent.at(0), {id}, "b"));
}

BOOST_AUTO_TEST_CASE(answers_requests_in_any_order) {
  for (std::uint32_t i = 0; i < 3; ++i) a.say(word(id + i) + "q");
  std::vector<message> held;
  while (context->can_receive()) held.push_back(context->receive().value());
  for (std::size_t i = 3; i-- > 0;) BOOST_TEST(!context->send(held.at(i)));
  for (std::uint32_t i = 0; i < 3; ++i) BOOST_TEST(is(a.link.sent.at(i), {id + 2 - i}, "q"));
}

BOOST_AUTO_TEST_CASE(a_reply_to_who_has_gone_is_dropped_and_said_so) {
  a.say(word(id) + "q");
  auto m = context->receive().value();
  a.leave();
  BOOST_TEST(!context->send(m));
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::peer_gone && gone[0].which == direction::outgoing));
  BOOST_TEST(gone[0].what.text() == "q");
}

BOOST_AUTO_TEST_CASE(refuses_what_names_nobody_or_has_no_id) {
  for (auto const& words : {std::vector<std::uint32_t>{}, {id}, {1}, {1, 2}, {id, 1}, {1, id, 2}, {id, id}}) {
    message m("body");
    for (auto w : words) m.header().push(w);
    BOOST_TEST(context->send(m) == make_error_code(errc::malformed));
    BOOST_TEST(is(m, words, "body"));
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_over_its_peers_limit_and_leaves_it_whole) {
  a.link.limit = 3;
  message m = with_header({1, 9, id}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {1, 9, id}, "long"));
}

BOOST_AUTO_TEST_CASE(a_slow_peer_has_its_replies_wait_and_holds_up_nobody) {
  auto few = weft::raw_rep::make(host, {.send_queue = 2});
  auto c = few->open_context();
  test::scripted_peer slow{*few, 1}, fast{*few, 2};
  slow.join(0);
  fast.join();
  auto const reply = [&](std::uint32_t to, std::string_view text) {
    message m = with_header({to, id}, text);
    return c->send(m);
  };
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!reply(1, text));
  BOOST_TEST(!reply(2, "at once"));
  BOOST_TEST(fast.heard() == "at once ");
  BOOST_TEST(few->queued() == 2u);
  BOOST_TEST((host.dropped().at(0).why == drop_reason::full));
  slow.make_room(5);
  BOOST_TEST(slow.heard() == "1 2 ");
  BOOST_TEST(few->queued() == 0u);
}

BOOST_AUTO_TEST_CASE(the_number_of_hops_may_change) {
  weft::raw_rep::adjust(*context, {.hops = 1});
  a.say(word(1) + word(id) + "far");
  BOOST_TEST(!context->can_receive());
  weft::raw_rep::adjust(*context, {.hops = 2});
  a.say(word(1) + word(id) + "far");
  BOOST_TEST(context->can_receive());
}

BOOST_AUTO_TEST_CASE(a_request_over_too_many_hops_is_dropped_and_its_peer_kept) {
  std::string hops;
  for (std::uint32_t i = 1; i <= 7; ++i) hops += word(i);
  a.say(hops + word(8) + word(id) + "too far");
  BOOST_TEST(!context->can_receive());
  BOOST_TEST((host.dropped().at(0).why == drop_reason::too_many_hops));
  BOOST_TEST(!a.link.closed);
  a.say(hops + word(id) + "far");
  BOOST_TEST(context->receive()->text() == "far");
}

BOOST_AUTO_TEST_CASE(its_options_have_ranges) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  for (weft::raw_rep::options const& o : {weft::raw_rep::options{.hops = 0}, {.hops = 256}, {.send_queue = 8193}})
    BOOST_CHECK_EXCEPTION(weft::raw_rep::make(host, o), std::system_error, is_invalid);
  auto far = weft::raw_rep::make(host, {.hops = 255, .send_queue = 8192});
  auto c = far->open_context();
  test::scripted_peer p{*far, 7};
  p.join();
  std::string hops;
  for (std::uint32_t i = 1; i <= 254; ++i) hops += word(i);
  p.say(hops + word(id) + "far");
  auto m = c->receive().value();
  BOOST_TEST(m.header().size() == 256u);
  BOOST_TEST(!c->send(m));
  BOOST_TEST(p.link.sent.at(0).header().size() == 255u);
}

BOOST_AUTO_TEST_CASE(a_request_without_an_id_closes_its_peer) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(1) + "abc"}) {
    test::scripted_peer p{*protocol, 3};
    p.join();
    p.say(bytes);
    BOOST_TEST(p.was_closed(errc::malformed));
    BOOST_TEST(!context->can_receive());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
