// SPDX-License-Identifier: MIT
#include "policy/hop_count.hpp"

#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::protocols {

namespace {

using policy::backtrace;
using test::with_header;
using test::word;

constexpr policy::hops_within eight{8};

}  // namespace

BOOST_AUTO_TEST_SUITE(hop_count)

BOOST_AUTO_TEST_CASE(moves_from_the_body_to_the_header) {
  message m(word(3) + "body");
  for (int i = 0; i < 2; ++i) {  // asked again it says the same
    BOOST_TEST((eight(m) == backtrace::complete));
    BOOST_TEST(m.header().size() == 1u);
    BOOST_TEST(m.header().top() == 3u);
    BOOST_TEST(m.text() == "body");
  }
}

BOOST_AUTO_TEST_CASE(may_come_in_the_header) {
  auto m = with_header({3}, "body");
  BOOST_TEST((eight(m) == backtrace::complete));
  BOOST_TEST(m.text() == "body");
}

BOOST_AUTO_TEST_CASE(may_begin_with_zero) {
  message m(word(0));
  BOOST_TEST((eight(m) == backtrace::complete));
}

BOOST_AUTO_TEST_CASE(above_the_limit_is_too_long) {
  message last(word(8)), beyond(word(9)), most(word(255));
  BOOST_TEST((eight(last) == backtrace::complete));
  BOOST_TEST((eight(beyond) == backtrace::too_long));
  BOOST_TEST((eight(most) == backtrace::too_long));
  BOOST_TEST((policy::hops_within{255}(most) == backtrace::complete));
}

BOOST_AUTO_TEST_CASE(above_255_is_malformed) {
  for (std::uint32_t const count : {256u, 0x8000'0001u, 0xffff'ffffu}) {
    message m(word(count));
    BOOST_TEST((eight(m) == backtrace::malformed));
    BOOST_TEST((eight(m) == backtrace::malformed));
  }
}

BOOST_AUTO_TEST_CASE(anything_but_one_word_is_malformed) {
  message none, half("abc");
  auto two = with_header({1, 1}, "body");
  for (auto* m : {&none, &half, &two}) BOOST_TEST((eight(*m) == backtrace::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
