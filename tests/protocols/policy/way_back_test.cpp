// SPDX-License-Identifier: MIT
#include "policy/way_back.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <vector>

namespace weft::protocols {

namespace {

std::vector<std::uint32_t> words_of(header const& h) { return {h.words().begin(), h.words().end()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(way_back)

BOOST_AUTO_TEST_CASE(the_outermost_word_stands_in_front) {
  header h;
  for (std::uint32_t w : {3, 2, 1}) policy::push_outermost(h, w);
  BOOST_TEST((words_of(h) == std::vector<std::uint32_t>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(what_was_pushed_is_popped) {
  header h;
  h.push(9);
  policy::push_outermost(h, 1);
  BOOST_TEST(policy::pop_outermost(h) == 1u);
  BOOST_TEST((words_of(h) == std::vector<std::uint32_t>{9}));
  BOOST_TEST(policy::pop_outermost(h) == 9u);
  BOOST_TEST(h.empty());
}

BOOST_AUTO_TEST_CASE(leads_back_with_an_id_behind_all_hops) {
  constexpr std::uint32_t id = 0x8000'0001;
  auto const leads_back = [](std::initializer_list<std::uint32_t> words, std::size_t least) {
    header h;
    for (auto const w : words) h.push(w);
    return policy::leads_back(h, least);
  };
  BOOST_TEST(leads_back({id}, 1));
  BOOST_TEST(leads_back({1, 2, id}, 2));
  BOOST_TEST(!leads_back({id}, 2));
  BOOST_TEST(!leads_back({}, 0));
  BOOST_TEST(!leads_back({1, 2}, 1));
  BOOST_TEST(!leads_back({1, id, 2}, 1));
  BOOST_TEST(!leads_back({id, id}, 1));
}

BOOST_AUTO_TEST_CASE(a_long_way_is_possible) {
  header h;
  for (std::uint32_t w = 0; w < header::capacity; ++w) policy::push_outermost(h, w);
  BOOST_TEST(h.full());
  for (std::uint32_t w = header::capacity; w-- > 0;) BOOST_TEST(policy::pop_outermost(h) == w);
  BOOST_TEST(h.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
