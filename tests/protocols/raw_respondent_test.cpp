// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

namespace weft::protocols {

namespace {

using test::with_header;
using test::word;

constexpr std::uint32_t id = 0x8000'0001;
using words = std::vector<std::uint32_t>;

struct fixture {
  fixture() {
    for (auto* p : {&a, &b}) p->join();
  }
  std::error_code send(message m) { return context->send(m); }
  message receive() { return context->receive().value(); }
  bool dropped(drop_reason why, direction which, unsigned from) {
    auto const all = host.dropped();
    return all.size() == 1 && all[0].why == why && all[0].which == which && all[0].from == pipe_id{from};
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = raw_respondent::make(host, {.send_queue = 2});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

bool is(message const& m, words const& w, std::string_view body) {
  return words(m.header().words().begin(), m.header().words().end()) == w && m.text() == body;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(raw_respondent, fixture)

BOOST_AUTO_TEST_CASE(the_pipe_stands_in_front_of_the_words_that_came) {
  b.say(word(7) + word(id) + "q");
  BOOST_TEST(host.woke(*context));
  auto m = receive();
  BOOST_TEST(is(m, {2, 7, id}, "q"));
  BOOST_TEST(!send(std::move(m)));
  BOOST_TEST(is(b.link.sent.at(0), {7, id}, "q"));
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(any_number_is_answered_in_any_order) {
  for (std::uint32_t i = 0; i < 10; ++i) (i % 2 ? a : b).say(with_header({id + i}, std::to_string(i)));
  std::vector<message> held;
  while (context->can_receive()) held.push_back(receive());
  BOOST_TEST(held.size() == 10u);
  for (; !held.empty(); held.pop_back()) BOOST_TEST(!send(std::move(held.back())));
  BOOST_TEST(a.heard() == "9 7 5 3 1 ");
  BOOST_TEST(b.heard() == "8 6 4 2 0 ");
}

BOOST_AUTO_TEST_CASE(send_never_waits) {
  test::scripted_peer slow{*protocol, 3};
  slow.join(0);
  BOOST_TEST(context->can_send());
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(with_header({3, id}, text)));
  BOOST_TEST(host.dropped().empty());
  BOOST_TEST(!send(with_header({3, id}, "3")));
  BOOST_TEST(dropped(drop_reason::full, direction::outgoing, 3));
  slow.make_room(9);
  BOOST_TEST(slow.heard() == "1 2 ");
}

BOOST_AUTO_TEST_CASE(a_response_to_who_has_gone_is_dropped) {
  a.leave();
  BOOST_TEST(!send(with_header({1, id}, "m")));
  BOOST_TEST(dropped(drop_reason::peer_gone, direction::outgoing, 0));
}

BOOST_AUTO_TEST_CASE(what_waits_for_who_goes_is_dropped) {
  test::scripted_peer slow{*protocol, 3};
  slow.join(0);
  BOOST_TEST(!send(with_header({3, id}, "m")));
  slow.leave();
  BOOST_TEST(dropped(drop_reason::peer_gone, direction::outgoing, 3));
}

BOOST_AUTO_TEST_CASE(a_message_that_would_not_find_back_is_refused_unharmed) {
  std::array<message, 4> bad{message("m"), with_header({1}, "m"), with_header({id}, "m"), with_header({1, 7}, "m")};
  for (auto& m : bad) {
    BOOST_TEST(context->send(m) == make_error_code(errc::malformed));
    BOOST_TEST(m.text() == "m");
  }
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_response_over_the_surveyors_limit_is_refused_unharmed) {
  a.link.limit = 3;
  auto m = with_header({1, id}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {1, id}, "long"));
}

BOOST_AUTO_TEST_CASE(a_survey_over_too_many_hops_is_dropped_and_its_peer_kept) {
  std::string hops;
  for (std::uint32_t i = 1; i <= 7; ++i) hops += word(i);
  a.say(hops + word(8) + word(id) + "too far");
  BOOST_TEST(!host.woke(*context));
  BOOST_TEST(dropped(drop_reason::too_many_hops, direction::incoming, 1));
  a.say(hops + word(id) + "far");
  BOOST_TEST(receive().header().size() == 9u);
}

BOOST_AUTO_TEST_CASE(the_longest_way_has_room_for_the_pipe) {
  auto far = weft::raw_respondent::make(host, {.hops = 255});
  auto c = far->open_context();
  test::scripted_peer p{*far};
  p.join();
  std::string hops;
  for (std::uint32_t i = 1; i <= 254; ++i) hops += word(i);
  p.say(hops + word(id) + "far");
  auto m = c->receive().value();
  BOOST_TEST(m.header().full());
  BOOST_TEST(!c->send(m));
  BOOST_TEST(p.link.sent.at(0).header().size() == 255u);
}

BOOST_AUTO_TEST_CASE(a_survey_without_an_id_closes_its_peer) {
  a.say("abc");
  BOOST_TEST(a.was_closed(errc::malformed));
  BOOST_TEST(!context->can_receive());
  b.say(with_header({id}, "good"));
  BOOST_TEST(receive().text() == "good");
}

BOOST_AUTO_TEST_CASE(surveyors_take_turns_and_what_the_lost_asked_is_dropped) {
  test::scripted_peer c{*protocol, 3};
  c.join();
  for (auto* text : {"a1", "a2"}) a.say(with_header({id}, text));
  b.say(with_header({id}, "b1"));
  c.say(with_header({id}, "c1"));
  b.leave();
  BOOST_TEST(b.pipe.held() == 1u);  // unread: the socket counts it
  std::string order;
  while (context->can_receive()) order.append(receive().text()) += ' ';
  BOOST_TEST(order == "a1 c1 a2 ");
}

BOOST_AUTO_TEST_CASE(options_are_within_their_limits) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  for (weft::raw_respondent::options const& bad :
       {weft::raw_respondent::options{.hops = 0}, {.hops = 256}, {.send_queue = 8193}})
    BOOST_CHECK_EXCEPTION(weft::raw_respondent::make(host, bad), std::system_error, is_invalid);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
