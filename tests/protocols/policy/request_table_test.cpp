// SPDX-License-Identifier: MIT
#include "policy/request_table.hpp"

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace weft::protocols {

namespace {

struct question : policy::request {};
using table = policy::request_table<question>;

}  // namespace

BOOST_AUTO_TEST_SUITE(request_table)

BOOST_AUTO_TEST_CASE(finds_who_asked) {
  table t;
  t.reserve(2);
  question a, b;
  t.ask(a);
  t.ask(b);
  BOOST_TEST(t.find(a.id()) == &a);
  BOOST_TEST(t.find(b.id()) == &b);
}

BOOST_AUTO_TEST_CASE(finds_nobody_under_any_other_id) {
  table empty;
  BOOST_TEST(empty.find(policy::id_bit) == nullptr);
  table t(5);
  t.reserve(1);
  question a;
  t.ask(a);
  auto const id = a.id();
  BOOST_TEST(t.find(id + 1) == nullptr);
  BOOST_TEST(t.find(id & ~policy::id_bit) == nullptr);
  t.close(a);
  BOOST_TEST(!a.asked());
  BOOST_TEST(t.find(id) == nullptr);
  BOOST_TEST(t.find(0) == nullptr);
}

BOOST_AUTO_TEST_CASE(ids_count_up_and_have_bit_31) {
  table t(0x7fff'fffe);
  t.reserve(1);
  question a;
  for (std::uint32_t expected : {0xffff'fffe, 0xffff'ffff, 0x8000'0000, 0x8000'0001}) {
    t.ask(a);
    BOOST_TEST(a.id() == expected);
    t.close(a);
  }
}

BOOST_AUTO_TEST_CASE(tables_start_anywhere) {
  // Four of 2^31 values: equal once in 2^93 runs.
  std::array<std::uint32_t, 4> starts{};
  for (auto& start : starts) {
    table t;
    t.reserve(1);
    question q;
    t.ask(q);
    start = q.id();
  }
  BOOST_TEST(!(starts[0] == starts[1] && starts[1] == starts[2] && starts[2] == starts[3]));
}

BOOST_AUTO_TEST_CASE(growing_keeps_what_is_asked) {
  table t;
  std::array<question, 100> all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    t.reserve(i + 1);
    t.ask(all[i]);
  }
  for (auto& q : all) BOOST_TEST(t.find(q.id()) == &q);
}

BOOST_AUTO_TEST_CASE(closes_in_any_order_within_a_bucket) {
  table t(0);
  t.reserve(1);  // one bucket for all
  question a, b, c;
  for (auto* q : {&a, &b, &c}) t.ask(*q);
  auto const gone = b.id();
  t.close(b);
  BOOST_TEST(t.find(gone) == nullptr);
  BOOST_TEST(t.find(a.id()) == &a);
  BOOST_TEST(t.find(c.id()) == &c);
  t.close(a);
  BOOST_TEST(t.find(c.id()) == &c);
}

BOOST_AUTO_TEST_CASE(asking_allocates_nothing) {
  table t;
  t.reserve(3);
  std::array<question, 3> all;
  auto const before = test::allocations();
  for (int i = 0; i < 1000; ++i) {
    for (auto& q : all) t.ask(q);
    for (auto& q : all) t.close(q);
  }
  BOOST_TEST(test::allocations() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
