// SPDX-License-Identifier: MIT
#include "policy/teller.hpp"

#include "policy/wishes.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace weft::protocols {

namespace {

using policy::interest::verb;

struct fixture {
  static policy::topics::text bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

  void want(std::string_view prefix) {
    all.add(bytes(prefix));
    teller.tell(verb::want, bytes(prefix));
  }
  void forget(std::string_view prefix) {
    all.remove(bytes(prefix));
    teller.tell(verb::forget, bytes(prefix));
  }
  /// The publisher hears what was sent. \return how many messages that was
  std::size_t carry() {
    auto const n = link.sent.size();
    for (auto const& m : link.sent) {
      BOOST_REQUIRE(m.size() <= link.limit);
      BOOST_REQUIRE(publisher.hear(m));
    }
    link.sent.clear();
    return n;
  }
  bool sends(std::string_view body) const { return publisher.want(bytes(body)); }

  test::scripted_connection link;
  ext::pipe pipe{pipe_id{1}, link, 128};
  policy::topics all;
  policy::teller teller{pipe, all};
  policy::wishes publisher{{1'000'000, 100'000'000}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(teller, fixture)

BOOST_AUTO_TEST_CASE(tells_only_ours_that_take_a_message_of_some_size) {
  BOOST_TEST(!policy::teller::may_tell(pipe));
  link.weft = true;
  BOOST_TEST(policy::teller::may_tell(pipe));
  link.limit = 2047;
  BOOST_TEST(!policy::teller::may_tell(pipe));
}

BOOST_AUTO_TEST_CASE(the_list_comes_first_even_when_it_is_empty) {
  teller.flush();
  BOOST_TEST(carry() == 0u);  // no room
  pipe.add_credit(10);
  teller.flush();
  BOOST_TEST(carry() == 1u);
  BOOST_TEST(!sends("a"));
}

BOOST_AUTO_TEST_CASE(then_come_the_changes) {
  want("early");
  pipe.add_credit(10);
  teller.flush();
  want("late");
  forget("early");
  teller.flush();
  BOOST_TEST(carry() == 2u);
  BOOST_TEST(sends("late"));
  BOOST_TEST(!sends("early"));
}

BOOST_AUTO_TEST_CASE(what_the_pipe_has_no_room_for_waits_and_shares_a_message) {
  pipe.add_credit(1);
  teller.flush();
  for (auto* p : {"a", "b", "c"}) {
    want(p);
    teller.flush();
  }
  BOOST_TEST(carry() == 1u);
  BOOST_TEST(!sends("a"));
  pipe.add_credit(1);
  teller.flush();
  BOOST_TEST(carry() == 1u);
  for (auto* p : {"a", "b", "c"}) BOOST_TEST(sends(p));
}

BOOST_AUTO_TEST_CASE(a_long_list_takes_many_messages_and_waits_for_room) {
  link.limit = 2048;
  for (int i = 0; i < 1000; ++i) want("topic/" + std::to_string(i));
  pipe.add_credit(2);
  teller.flush();
  BOOST_TEST(carry() == 2u);
  BOOST_TEST(sends("x"));  // the list is not complete
  want("in between");
  forget("topic/0");
  pipe.add_credit(1000);
  teller.flush();
  carry();
  for (auto* p : {"topic/1", "topic/999", "in between"}) BOOST_TEST(sends(p));
  BOOST_TEST(!sends("x"));
  BOOST_TEST(!sends("topic/0"));
  BOOST_TEST(teller.waiting() <= 4u);
}

BOOST_AUTO_TEST_CASE(a_publisher_that_does_not_listen_costs_a_list_at_most) {
  pipe.add_credit(1);
  teller.flush();
  std::size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    want("here today");
    forget("here today");
    teller.flush();
    most = std::max(most, teller.waiting());
  }
  BOOST_TEST(most < 100'000u);
  want("at last");
  pipe.add_credit(100);
  teller.flush();
  carry();
  BOOST_TEST(sends("at last"));
  BOOST_TEST(!sends("here today"));
}

BOOST_AUTO_TEST_CASE(longest_topics_fit) {
  link.limit = policy::interest::least_message;
  for (char c = 'a'; c <= 'z'; ++c) want(std::string(policy::interest::longest, c));
  pipe.add_credit(100);
  teller.flush();
  BOOST_TEST(carry() == 26u);
  BOOST_TEST(sends(std::string(policy::interest::longest, 'q')));
  BOOST_TEST(!sends("q"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
