// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct fixture {
  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }
  std::string drain() {
    std::string all;
    while (context->can_receive()) all.append(context->receive()->text()) += ' ';
    return all;
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol = pair::make(host, {});
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pair, fixture)

BOOST_AUTO_TEST_CASE(talks_both_ways) {
  a.join();
  BOOST_TEST(!send("hello"));
  a.say("hi");
  BOOST_TEST(host.woke(*context));
  BOOST_TEST(a.heard() == "hello ");
  BOOST_TEST(drain() == "hi ");
}

BOOST_AUTO_TEST_CASE(send_waits_while_there_is_no_peer) {
  BOOST_TEST(!context->can_send());
  a.join();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(context->can_send());
  a.leave();
  BOOST_TEST(!context->can_send());
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  a.join(0);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("now"));
}

BOOST_AUTO_TEST_CASE(send_waits_while_the_peer_has_no_room) {
  a.join(1);
  BOOST_TEST(!send("1"));
  BOOST_TEST(!context->can_send());
  host.woke_senders();
  a.make_room();
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send("2"));
}

BOOST_AUTO_TEST_CASE(a_second_peer_is_refused_until_the_first_has_gone) {
  a.join();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  BOOST_TEST(!send("to the first"));
  a.leave();
  BOOST_TEST(!b.join());
  BOOST_TEST(!send("to the second"));
  BOOST_TEST(a.heard() == "to the first ");
  BOOST_TEST(b.heard() == "to the second ");
}

BOOST_AUTO_TEST_CASE(what_was_received_survives_the_peer_and_comes_first) {
  a.join();
  for (auto* text : {"a1", "a2"}) a.say(text);
  a.leave();
  BOOST_TEST(context->can_receive());
  b.join();
  b.say("b1");
  BOOST_TEST(drain() == "a1 a2 b1 ");
}

BOOST_AUTO_TEST_CASE(no_new_peer_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say("m");
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
  context->receive().value();
  BOOST_TEST(!b.join());
}

BOOST_AUTO_TEST_CASE(a_message_over_the_peers_limit_is_refused_unharmed) {
  a.link.limit = 3;
  a.join();
  message m = test::with_header({7}, "long");
  BOOST_TEST(context->send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(!send("sho"));
  BOOST_TEST(a.heard() == "sho ");
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_leaves_its_old_header_behind) {
  a.join();
  message m = test::with_header({1, 2}, "body");
  BOOST_TEST(!context->send(m));
  BOOST_TEST(a.link.sent[0].header().empty());
}

BOOST_AUTO_TEST_CASE(a_peer_may_speak_before_there_is_a_context) {
  context.reset();
  a.join();
  a.say("early");
  context = protocol->open_context();
  BOOST_TEST(drain() == "early ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
