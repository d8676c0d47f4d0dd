// SPDX-License-Identifier: MIT
#include "policy/two_way.hpp"

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

  test::fake_host host;
  policy::two_way<policy::fair_queue> protocol{host, false, 1, policy::headers::cleared};
  std::unique_ptr<ext::context> context = protocol.open_context();
  test::scripted_peer a{protocol, 1}, b{protocol, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_way, fixture)

BOOST_AUTO_TEST_CASE(takes_what_comes_from_all_and_wakes_who_waits) {
  a.join();
  b.join();
  a.say("a");
  BOOST_TEST(host.woke(*context));
  b.say("b");
  BOOST_TEST(context->receive()->text() == "a");
  a.leave();
  BOOST_TEST(context->receive()->text() == "b");
  BOOST_TEST(!context->can_receive());
}

BOOST_AUTO_TEST_CASE(sends_to_who_has_room_and_keeps_the_rest) {
  BOOST_TEST(context->why_not() == make_error_code(errc::no_peers));
  a.join(1);
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(text));
  BOOST_TEST(!context->can_send());
  BOOST_TEST(protocol.queued() == 1u);
  b.join();
  BOOST_TEST(a.heard() == "1 ");
  BOOST_TEST(b.heard() == "2 ");
  BOOST_TEST(host.woke_senders());
}

BOOST_AUTO_TEST_CASE(nobody_is_woken_who_is_not_there) {
  context.reset();
  a.join();
  a.say("early");
  BOOST_TEST(host.woken().empty());
  context = protocol.open_context();
  BOOST_TEST(context->receive()->text() == "early");
}

BOOST_AUTO_TEST_CASE(takes_nobody_new_while_lost_ones_left_too_much) {
  a.join();
  for (int i = 0; i < 4097; ++i) a.say("m");
  a.leave();
  BOOST_TEST(b.join() == make_error_code(errc::busy));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
