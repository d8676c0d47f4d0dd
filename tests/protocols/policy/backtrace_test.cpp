// SPDX-License-Identifier: MIT
#include "policy/backtrace.hpp"

#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace weft::protocols {

namespace {

using policy::gather;
using policy::take_id;
using test::with_header;
using test::word;

constexpr std::uint32_t id = 0x8000'0007;

std::vector<std::uint32_t> stack(message const& m) { return {m.header().words().begin(), m.header().words().end()}; }
bool has(message const& m, std::vector<std::uint32_t> const& words, std::string_view body) {
  return stack(m) == words && m.text() == body;
}
message hops(unsigned n) {
  std::string bytes;
  for (unsigned i = 1; i <= n; ++i) bytes += word(i);
  return message(bytes + word(id) + "body");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backtrace)

BOOST_AUTO_TEST_CASE(gathers_an_id_in_front_of_the_body) {
  message m(word(id) + "body");
  BOOST_TEST((gather(m, 8) == policy::backtrace::complete));
  BOOST_TEST(has(m, {id}, "body"));
}

BOOST_AUTO_TEST_CASE(gathers_hops_up_to_the_id_and_nothing_behind_it) {
  message m(word(1) + word(2) + word(id) + word(0x8000'0001));
  BOOST_TEST((gather(m, 8) == policy::backtrace::complete));
  BOOST_TEST(has(m, {1, 2, id}, word(0x8000'0001)));
}

BOOST_AUTO_TEST_CASE(takes_words_that_came_apart_as_they_are) {
  message m = with_header({1, id}, word(0x8000'0001));
  BOOST_TEST((gather(m, 8) == policy::backtrace::complete));
  BOOST_TEST(has(m, {1, id}, word(0x8000'0001)));
}

BOOST_AUTO_TEST_CASE(goes_on_in_the_body_where_the_header_ends) {
  message m = with_header({1, 2}, word(3) + word(id) + "body");
  BOOST_TEST((gather(m, 8) == policy::backtrace::complete));
  BOOST_TEST(has(m, {1, 2, 3, id}, "body"));
}

BOOST_AUTO_TEST_CASE(gathering_again_changes_nothing) {
  message m(word(1) + word(id) + word(id));
  gather(m, 8);
  BOOST_TEST((gather(m, 8) == policy::backtrace::complete));
  BOOST_TEST(has(m, {1, id}, word(id)));
}

BOOST_AUTO_TEST_CASE(the_limit_counts_the_id) {
  message seven = hops(7), eight = hops(8);
  BOOST_TEST((gather(seven, 8) == policy::backtrace::complete));
  BOOST_TEST((gather(eight, 8) == policy::backtrace::too_long));
  BOOST_TEST((gather(eight, 8) == policy::backtrace::too_long));
}

BOOST_AUTO_TEST_CASE(the_limit_holds_for_words_that_came_apart) {
  message two = with_header({1, id}, "");
  BOOST_TEST((gather(two, 1) == policy::backtrace::too_long));
  BOOST_TEST((gather(two, 2) == policy::backtrace::complete));
}

BOOST_AUTO_TEST_CASE(the_longest_limit_fits_the_header) {
  message longest = hops(254), longer = hops(255);
  BOOST_TEST((gather(longest, 255) == policy::backtrace::complete));
  BOOST_TEST(longest.header().size() == 255u);
  BOOST_TEST(longest.text() == "body");
  BOOST_TEST((gather(longer, 255) == policy::backtrace::too_long));
}

BOOST_AUTO_TEST_CASE(no_id_is_malformed) {
  for (auto const& bytes : {std::string(), std::string("abc"), word(1), word(1) + word(2) + "abc"}) {
    message m(bytes);
    BOOST_TEST((gather(m, 8) == policy::backtrace::malformed));
    BOOST_TEST((gather(m, 8) == policy::backtrace::malformed));
  }
}

BOOST_AUTO_TEST_CASE(words_behind_an_id_in_the_header_are_malformed) {
  message m = with_header({id, 1}, "body");
  BOOST_TEST((gather(m, 8) == policy::backtrace::malformed));
}

BOOST_AUTO_TEST_CASE(a_reply_has_its_id_in_the_body_or_apart) {
  message in_body(word(id) + "body"), apart = with_header({id}, "body");
  BOOST_TEST(take_id(in_body).value() == id);
  BOOST_TEST(take_id(apart).value() == id);
  BOOST_TEST(has(in_body, {}, "body"));
  BOOST_TEST(has(apart, {}, "body"));
}

BOOST_AUTO_TEST_CASE(a_reply_with_more_words_is_nobodys) {
  message m = with_header({1, id}, "body");
  BOOST_TEST(take_id(m).value() == 0u);
}

BOOST_AUTO_TEST_CASE(a_reply_too_short_for_an_id_has_none) {
  message m("abc");
  BOOST_TEST(!take_id(m));
}

BOOST_AUTO_TEST_CASE(a_complete_header_ends_in_its_only_id) {
  using policy::is_complete;
  BOOST_TEST(is_complete(with_header({id}, "").header()));
  BOOST_TEST(is_complete(with_header({1, 2, id}, "").header()));
  BOOST_TEST(!is_complete(with_header({}, "").header()));
  BOOST_TEST(!is_complete(with_header({1, 2}, "").header()));
  BOOST_TEST(!is_complete(with_header({id, 1}, "").header()));
  BOOST_TEST(!is_complete(with_header({id, id}, "").header()));
  BOOST_TEST(is_complete(with_header({1, id}, "").header(), 2));
  BOOST_TEST(!is_complete(with_header({id}, "").header(), 2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
