// SPDX-License-Identifier: MIT
#include <weft/surveyor.hpp>

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
  std::unique_ptr<ext::protocol> protocol = raw_surveyor::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

bool is(message const& m, words const& w, std::string_view body) {
  return words(m.header().words().begin(), m.header().words().end()) == w && m.text() == body;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(raw_surveyor, fixture)

BOOST_AUTO_TEST_CASE(sends_the_header_it_is_given_to_all) {
  BOOST_TEST(!send(with_header({5, id}, "q")));
  for (auto* p : {&a, &b}) BOOST_TEST(is(p->link.sent.at(0), {5, id}, "q"));
}

BOOST_AUTO_TEST_CASE(receives_whatever_words_come) {
  a.say(word(5) + word(id) + "1");
  BOOST_TEST(host.woke(*context));
  b.say(with_header({id + 1}, "2"));
  auto const m = receive();
  BOOST_TEST(is(m, {5, id}, "1"));
  BOOST_TEST((m.source() == pipe_id{1}));
  BOOST_TEST(is(receive(), {id + 1}, "2"));
  BOOST_TEST(!context->can_receive());  // it waits: there is no survey that ends
}

BOOST_AUTO_TEST_CASE(a_header_without_an_id_is_refused) {
  std::array<message, 3> bad{message("m"), with_header({5}, "m"), with_header({id, 5}, "m")};
  for (auto& m : bad) {
    BOOST_TEST(context->send(m) == make_error_code(errc::malformed));
    BOOST_TEST(m.text() == "m");
  }
  BOOST_TEST(a.count() == 0u);
}

BOOST_AUTO_TEST_CASE(send_never_waits) {
  test::scripted_peer slow{*protocol, 3};
  slow.join(0);
  for (int i = 0; i < 16; ++i) BOOST_TEST(!send(with_header({id}, "m")));
  BOOST_TEST(host.dropped().empty());
  BOOST_TEST(context->can_send());
  BOOST_TEST(!send(with_header({id}, "m")));
  BOOST_TEST(dropped(drop_reason::full, direction::outgoing, 3));
  slow.make_room(100);
  BOOST_TEST(slow.count() == 16u);
}

BOOST_AUTO_TEST_CASE(with_nobody_there_it_is_dropped) {
  a.leave();
  b.leave();
  BOOST_TEST(!send(with_header({id}, "m")));
  BOOST_TEST(dropped(drop_reason::no_peer, direction::outgoing, 0));
}

BOOST_AUTO_TEST_CASE(a_message_over_every_limit_is_refused_unharmed) {
  a.link.limit = b.link.limit = 3;
  auto m = with_header({id}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(is(m, {id}, "long"));
}

BOOST_AUTO_TEST_CASE(a_response_without_an_id_closes_its_peer) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(1) + "abc"}) {
    test::scripted_peer p{*protocol, 3};
    p.join();
    p.say(bytes);
    BOOST_TEST(p.was_closed(errc::malformed));
    BOOST_TEST(!context->can_receive());
    p.leave();
    BOOST_TEST(dropped(drop_reason::malformed, direction::incoming, 3));
  }
}

BOOST_AUTO_TEST_CASE(a_response_over_too_many_hops_is_dropped) {
  std::string hops;
  for (std::uint32_t i = 1; i <= 255; ++i) hops += word(i);
  a.say(hops + word(id) + "too far");
  BOOST_TEST(dropped(drop_reason::too_many_hops, direction::incoming, 1));
  a.say(hops.substr(4) + word(id) + "far");
  BOOST_TEST(receive().header().size() == 255u);
}

BOOST_AUTO_TEST_CASE(peers_take_turns_and_what_the_lost_said_comes_first) {
  test::scripted_peer c{*protocol, 3};
  c.join();
  for (auto* text : {"a1", "a2"}) a.say(with_header({id}, text));
  b.say(with_header({id}, "b1"));
  c.say(with_header({id}, "c1"));
  b.leave();
  std::string order;
  while (context->can_receive()) order.append(receive().text()) += ' ';
  BOOST_TEST(order == "b1 a1 c1 a2 ");
}

BOOST_AUTO_TEST_CASE(no_new_peers_while_lost_ones_left_too_much) {
  for (int i = 0; i < 4097; ++i) a.say(with_header({id}, "m"));
  a.leave();
  test::scripted_peer c{*protocol, 3};
  BOOST_TEST(c.join() == make_error_code(errc::busy));
  receive();
  BOOST_TEST(!c.join());
}

BOOST_AUTO_TEST_CASE(the_queue_is_an_option_within_limits) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  BOOST_CHECK_EXCEPTION(weft::raw_surveyor::make(host, {.send_queue = 8193}), std::system_error, is_invalid);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
