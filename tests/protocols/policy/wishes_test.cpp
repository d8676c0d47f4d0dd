// SPDX-License-Identifier: MIT
#include "policy/wishes.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace weft::protocols {

namespace {

namespace interest = policy::interest;
using interest::verb;

struct fixture {
  static policy::topics::text bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

  /// A message that says "+a", "-b", ...
  bool hear(std::byte flags, std::initializer_list<std::string_view> changes) {
    interest::writer w;
    w.flag(flags);
    for (auto c : changes) w.add(c.front() == '+' ? verb::want : verb::forget, bytes(c.substr(1)));
    message m(w.bytes());
    interest::number(m.mutable_body(), sequence++);
    return wishes.hear(m);
  }
  bool list(std::initializer_list<std::string_view> all) { return hear(interest::begins | interest::ends, all); }
  bool change(std::initializer_list<std::string_view> changes) { return hear(std::byte{0}, changes); }
  bool want(std::string_view body) const { return wishes.want(bytes(body)); }

  policy::wishes wishes{{3, 10}};
  std::uint16_t sequence = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wishes, fixture)

BOOST_AUTO_TEST_CASE(who_says_nothing_wants_everything) { BOOST_TEST(want("x")); }

BOOST_AUTO_TEST_CASE(a_list_says_it_all) {
  BOOST_TEST(list({"+a", "+bc"}));
  BOOST_TEST(want("a"));
  BOOST_TEST(want("bcd"));
  BOOST_TEST(!want("b"));
  BOOST_TEST(list({}));
  BOOST_TEST(!want("a"));
  BOOST_TEST(!want(""));
}

BOOST_AUTO_TEST_CASE(half_a_list_leaves_everything_wanted) {
  BOOST_TEST(hear(interest::begins, {"+a"}));
  BOOST_TEST(want("x"));
  BOOST_TEST(change({"+b"}));
  BOOST_TEST(want("x"));
  BOOST_TEST(hear(interest::ends, {"+c"}));
  BOOST_TEST(!want("x"));
  for (auto* body : {"a", "b", "c"}) BOOST_TEST(want(body));
}

BOOST_AUTO_TEST_CASE(changes_come_after_the_list) {
  list({"+a"});
  BOOST_TEST(change({"+b", "-a"}));
  BOOST_TEST(!want("a"));
  BOOST_TEST(want("b"));
  BOOST_TEST(change({"+b", "-nothing"}));  // it may say so
  BOOST_TEST(change({"-b"}));
  BOOST_TEST(!want("b"));
}

BOOST_AUTO_TEST_CASE(after_a_gap_everything_is_wanted_until_the_next_list) {
  list({"+a"});
  ++sequence;
  BOOST_TEST(change({"+b"}));
  BOOST_TEST(want("x"));
  BOOST_TEST(change({"+c"}));
  BOOST_TEST(hear(interest::ends, {}));
  BOOST_TEST(want("x"));
  list({"+c"});
  BOOST_TEST(!want("x"));
}

BOOST_AUTO_TEST_CASE(the_sequence_goes_round) {
  sequence = 0xffff;
  list({"+a"});
  BOOST_TEST(sequence == 0u);
  BOOST_TEST(change({"+b"}));
  BOOST_TEST(!want("x"));
}

BOOST_AUTO_TEST_CASE(too_many_topics_are_as_good_as_everything) {
  BOOST_TEST(list({"+a", "+b", "+c", "+c"}));
  BOOST_TEST(!want("x"));
  BOOST_TEST(change({"+d"}));
  BOOST_TEST(want("x"));
  BOOST_TEST(wishes.memory() == 0u);
  BOOST_TEST(change({"-a", "-b"}));  // it does not know any more what was left
  BOOST_TEST(want("x"));
  list({"+e"});
  BOOST_TEST(!want("x"));
}

BOOST_AUTO_TEST_CASE(too_many_bytes_are_as_good_as_everything) {
  list({"+12345", "+67890"});
  BOOST_TEST(!want("x"));
  change({"-12345", "+abcde"});
  BOOST_TEST(!want("x"));
  change({"+f"});
  BOOST_TEST(want("x"));
}

BOOST_AUTO_TEST_CASE(nonsense_is_told) {
  BOOST_TEST(!wishes.hear(message("hello")));
  BOOST_TEST(!wishes.hear(message("")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
