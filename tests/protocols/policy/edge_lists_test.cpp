// SPDX-License-Identifier: MIT
#include "policy/edge_lists.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::protocols {

namespace {

struct fixture {
  policy::edge_lists lists;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(edge_lists, fixture)

BOOST_AUTO_TEST_CASE(finds_the_node_below_a_byte) {
  auto const list = lists.make(1);
  lists.put(1, list, 0, std::byte{7}, 70);
  lists.put(1, list, 1, std::byte{255}, 71);
  BOOST_TEST(lists.find(1, list, 2, std::byte{7}) == 70u);
  BOOST_TEST(lists.find(1, list, 2, std::byte{255}) == 71u);
  BOOST_TEST(lists.find(1, list, 2, std::byte{8}) == 0u);
  BOOST_TEST(lists.find(1, list, 1, std::byte{255}) == 0u);  // behind the end
  BOOST_TEST(lists.child(1, list, 1) == 71u);
}

BOOST_AUTO_TEST_CASE(holds_every_byte) {
  auto const list = lists.make(7);
  for (unsigned i = 0; i < 256; ++i) lists.put(7, list, i, static_cast<std::byte>(255 - i), i + 1);
  for (unsigned i = 0; i < 256; ++i) BOOST_TEST(lists.find(7, list, 256, static_cast<std::byte>(255 - i)) == i + 1);
}

BOOST_AUTO_TEST_CASE(copies_edges_to_a_wider_list) {
  auto const narrow = lists.make(0);
  lists.put(0, narrow, 0, std::byte{1}, 11);
  auto const wide = lists.make(1);
  lists.copy(0, narrow, 0, 1, wide, 3);
  BOOST_TEST(lists.child(1, wide, 3) == 11u);
}

BOOST_AUTO_TEST_CASE(lists_of_one_size_do_not_mix_and_are_used_again) {
  auto const a = lists.make(0);
  auto const b = lists.make(0);
  lists.put(0, a, 1, std::byte{1}, 11);
  lists.put(0, b, 0, std::byte{2}, 22);
  BOOST_TEST(lists.child(0, a, 1) == 11u);
  BOOST_TEST(lists.child(0, b, 0) == 22u);
  auto const memory = lists.memory();
  lists.release(0, a);
  lists.release(0, b);
  BOOST_TEST(lists.make(0) == b);
  BOOST_TEST(lists.make(0) == a);
  BOOST_TEST(lists.memory() == memory);
}

BOOST_AUTO_TEST_CASE(clearing_returns_the_memory) {
  lists.make(3);
  lists.clear();
  BOOST_TEST(lists.memory() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
