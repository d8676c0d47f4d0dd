// SPDX-License-Identifier: MIT
#include "transports/fabric/tag.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace weft::ofi {

namespace {

constexpr std::uint32_t last_slot = (1u << 20) - 1;
constexpr std::uint32_t last_low = (1u << 24) - 1;

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_tag)

BOOST_AUTO_TEST_CASE(the_bits_lie_where_the_wire_says) {
  BOOST_TEST(tag::frame(0x12345, 0x6789ab) == 0x1123456789abu);
  BOOST_TEST(tag::bulk(0x12345, 0x6789ab) == 0x2123456789abu);
  BOOST_TEST(tag::frame(0, 0) == 0x100000000000u);
  BOOST_TEST(tag::bulk(0, 0) == 0x200000000000u);
}

BOOST_AUTO_TEST_CASE(slot_and_low_come_back_at_all_limits) {
  for (std::uint32_t const slot : {0u, 1u, 0x80000u, last_slot - 1, last_slot})
    for (std::uint32_t const low : {0u, 1u, 0x800000u, last_low - 1, last_low})
      for (auto const t : {tag::frame(slot, low), tag::bulk(slot, low)}) {
        BOOST_TEST(tag::slot_of(t) == slot);
        BOOST_TEST(tag::low_of(t) == low);
      }
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_slot_and_a_low_has_a_place_of_its_own) {
  std::uint64_t seen = 0;
  for (unsigned bit = 0; bit != tag::slot_bits; ++bit) {
    auto const t = tag::frame(1u << bit, 0) ^ tag::frame(0, 0);
    BOOST_TEST((seen & t) == 0u);
    seen |= t;
  }
  for (unsigned bit = 0; bit != tag::low_bits; ++bit) {
    auto const t = tag::frame(0, 1u << bit) ^ tag::frame(0, 0);
    BOOST_TEST((seen & t) == 0u);
    seen |= t;
  }
  BOOST_TEST(seen == tag::any);
}

BOOST_AUTO_TEST_CASE(what_is_too_large_does_not_spill_into_its_neighbour) {
  BOOST_TEST(tag::frame(1u << 20, 0) == tag::frame(0, 0));
  BOOST_TEST(tag::frame(0, 1u << 24) == tag::frame(0, 0));
  BOOST_TEST(tag::bulk(0xffffffff, 0xffffffff) == tag::bulk(last_slot, last_low));
}

BOOST_AUTO_TEST_CASE(no_tag_needs_more_than_48_bits) {
  BOOST_TEST(tag::frame(last_slot, last_low) == 0x1fffffffffffu);
  BOOST_TEST(tag::bulk(last_slot, last_low) == 0x2fffffffffffu);
}

BOOST_AUTO_TEST_CASE(a_receive_for_any_frame_matches_all_frames_and_no_bulk) {
  auto const matches = [](std::uint64_t t) { return (t & ~tag::any) == (tag::frame(0, 0) & ~tag::any); };
  BOOST_TEST(tag::any == (std::uint64_t{1} << 44) - 1);
  for (std::uint32_t const slot : {0u, last_slot})
    for (std::uint32_t const low : {0u, last_low}) {
      BOOST_TEST(matches(tag::frame(slot, low)));
      BOOST_TEST(!matches(tag::bulk(slot, low)));
    }
}

BOOST_AUTO_TEST_CASE(frames_and_bulks_are_never_confused) {
  constexpr std::array corners{0u, 1u, last_low};
  for (auto const a : corners)
    for (auto const b : corners) BOOST_TEST(tag::frame(3, a) != tag::bulk(3, b));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
