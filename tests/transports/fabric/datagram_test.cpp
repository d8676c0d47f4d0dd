// SPDX-License-Identifier: MIT
#include "fabric/datagram.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <random>
#include <vector>

namespace weft::ofi {

namespace {

constexpr datagram_header some{
    .slot = 0x01020304, .generation = 0x05060708, .key = 0x1112131415161718, .sequence = 0x090a0b0c};

std::vector<std::byte> with_body(std::size_t body) {
  std::vector<std::byte> bytes(datagram_header_size + body);
  some.write(bytes.data(), body);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_datagram)

BOOST_AUTO_TEST_CASE(lies_on_the_wire_as_it_is_documented) {
  std::array<unsigned, datagram_header_size> const expected = {
      1,    'W',  'F',  'T',  0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05, 0x0c, 0x0b,
      0x0a, 0x09, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 3,    0,    0,    0};
  auto const bytes = with_body(3);
  for (std::size_t i = 0; i != expected.size(); ++i)
    BOOST_TEST(std::to_integer<unsigned>(bytes[i]) == expected[i], "byte " << i);
}

BOOST_AUTO_TEST_CASE(is_read_as_it_was_written) {
  for (std::size_t const body : {0, 1, 1444}) {
    auto const h = datagram_header::read(with_body(body));
    BOOST_REQUIRE(h.has_value());
    BOOST_TEST(h->slot == some.slot);
    BOOST_TEST(h->generation == some.generation);
    BOOST_TEST(h->key == some.key);
    BOOST_TEST(h->sequence == some.sequence);
  }
}

BOOST_AUTO_TEST_CASE(that_is_cut_short_or_too_long_is_none) {
  auto const bytes = with_body(40);
  for (std::size_t n = 0; n != bytes.size(); ++n) BOOST_TEST(!datagram_header::read(std::span(bytes).first(n)), n);
  auto longer = bytes;
  longer.emplace_back();
  BOOST_TEST(!datagram_header::read(longer));
}

BOOST_AUTO_TEST_CASE(of_another_version_or_magic_is_none) {
  for (std::size_t i = 0; i != 4; ++i) {
    auto bytes = with_body(1);
    bytes[i] ^= std::byte{1};
    BOOST_TEST(!datagram_header::read(bytes), "byte " << i);
  }
}

BOOST_AUTO_TEST_CASE(is_not_made_of_noise) {
  std::mt19937 dice(1);
  for (int n = 0; n != 10'000; ++n) {
    std::vector<std::byte> noise(dice() % 100);
    for (auto& b : noise) b = std::byte(dice());
    BOOST_TEST(!datagram_header::read(noise));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
