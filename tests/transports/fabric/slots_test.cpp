// SPDX-License-Identifier: MIT
#include "fabric/slots.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

namespace weft::ofi {

namespace {

// Never looked into.
flow& someone(std::uintptr_t n = 1) { return *reinterpret_cast<flow*>(64 * n); }

}  // namespace

BOOST_AUTO_TEST_SUITE(the_slots)

BOOST_AUTO_TEST_CASE(are_found_once_occupied_until_released) {
  slot_table slots;
  auto const p = slots.claim();
  BOOST_TEST_REQUIRE(p.has_value());
  BOOST_TEST(slots.find(p->slot) == nullptr);
  slots.occupy(*p, someone());
  BOOST_TEST(slots.find(p->slot) == &someone());
  BOOST_TEST(slots.used() == 1u);
  slots.release(*p);
  BOOST_TEST(slots.find(p->slot) == nullptr);
  BOOST_TEST(slots.used() == 0u);
}

BOOST_AUTO_TEST_CASE(come_back_under_another_generation_and_with_the_same_count_of_bulk) {
  slot_table slots;
  auto const first = *slots.claim();
  first.at->next_bulk = 17;
  slots.release(first);
  auto const second = *slots.claim();
  BOOST_TEST(second.slot == first.slot);
  BOOST_TEST(second.generation != first.generation);
  BOOST_TEST(second.at->next_bulk == 17u);
}

BOOST_AUTO_TEST_CASE(have_no_generation_zero) {
  slot_table slots;
  auto p = *slots.claim();
  p.at->generation = tag::low_mask - 1;
  slots.release(p);
  p = *slots.claim();
  BOOST_TEST(p.generation == tag::low_mask);
  slots.release(p);
  BOOST_TEST(slots.claim()->generation == 1u);
}

BOOST_AUTO_TEST_CASE(are_different_for_thousands_and_unknown_ones_are_nobodys) {
  slot_table slots;
  std::set<std::uint32_t> seen;
  for (std::uintptr_t i = 1; i <= 3000; ++i) {
    auto const p = *slots.claim();
    slots.occupy(p, someone(i));
    BOOST_TEST_REQUIRE(seen.insert(p.slot).second);
    BOOST_TEST_REQUIRE(slots.find(p.slot) == &someone(i));
  }
  BOOST_TEST(slots.find(3000) == nullptr);
  BOOST_TEST(slots.find(tag::slots - 1) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
