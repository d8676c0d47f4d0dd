// SPDX-License-Identifier: MIT
#include "transports/fabric/hello.hpp"
#include "transports/fabric/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

namespace weft::ofi {

namespace {

using outcome = lifeline_reader::outcome;

struct fixture {
  outcome next() { return reader.next(item); }
  outcome after(byte_string const& bytes) {
    reader.feed(bytes);
    return next();
  }

  lifeline_reader reader;
  lifeline_reader::item item{};
};

byte_string raw(unsigned version, unsigned kind, unsigned reserved, std::size_t length, std::size_t content) {
  byte_string b(8 + content, std::byte{0x5a});
  store(b.data(), static_cast<std::uint8_t>(version));
  std::memcpy(b.data() + 1, "WFT", 3);
  store(b.data() + 4, static_cast<std::uint8_t>(kind));
  store(b.data() + 5, static_cast<std::uint8_t>(reserved));
  store(b.data() + 6, static_cast<std::uint16_t>(length));
  return b;
}

outcome read(byte_string const& bytes) { return fixture().after(bytes); }

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_lifeline_reader)

BOOST_FIXTURE_TEST_CASE(nothing_is_not_enough, fixture) {
  BOOST_TEST((next() == outcome::more));
  BOOST_TEST((after({}) == outcome::more));
}

BOOST_AUTO_TEST_CASE(a_message_split_anywhere_comes_back_whole) {
  auto const whole = goodbye{{}, 1, 2, "that was all"}.encode();
  for (std::size_t split = 0; split != whole.size(); ++split) {
    auto const middle = whole.begin() + static_cast<std::ptrdiff_t>(split);
    fixture f;
    BOOST_TEST((f.after({whole.begin(), middle}) == outcome::more));
    BOOST_TEST_REQUIRE((f.after({middle, whole.end()}) == outcome::item));
    BOOST_TEST((f.item.kind == lifeline_kind::goodbye));
    BOOST_TEST(std::ranges::equal(f.item.content, std::span(whole).subspan(8)));
    BOOST_TEST((f.next() == outcome::more));
  }
}

BOOST_FIXTURE_TEST_CASE(messages_come_out_byte_by_byte, fixture) {
  auto stream = raw(1, 4, 0, 0, 0);
  std::ranges::copy(finish{77}.encode(), std::back_inserter(stream));
  std::ranges::copy(refusal{refusal_reason::room, "no"}.encode(), std::back_inserter(stream));
  std::vector<lifeline_kind> kinds;
  for (auto const b : stream) {
    auto const o = after({b});
    BOOST_TEST((o == outcome::more || o == outcome::item));
    if (o == outcome::item) kinds.push_back(item.kind);
  }
  std::vector const expected{lifeline_kind::heartbeat, lifeline_kind::finish, lifeline_kind::refusal};
  BOOST_TEST((kinds == expected));
}

BOOST_FIXTURE_TEST_CASE(messages_that_come_at_once_come_out_one_by_one, fixture) {
  auto stream = finish{1}.encode();
  std::ranges::copy(finish{2}.encode(), std::back_inserter(stream));
  auto const third = finish{3}.encode();
  std::copy_n(third.begin(), 9, std::back_inserter(stream));
  reader.feed(stream);
  for (std::uint32_t const n : {1u, 2u}) {
    BOOST_TEST_REQUIRE((next() == outcome::item));
    BOOST_TEST(finish::decode(item.content).value().data_frames == n);
  }
  BOOST_TEST((next() == outcome::more));
  BOOST_TEST_REQUIRE((after({std::byte{0}, std::byte{0}, std::byte{0}}) == outcome::item));
  BOOST_TEST(finish::decode(item.content).value().data_frames == 3u);
}

BOOST_AUTO_TEST_CASE(kinds_are_known_or_malformed) {
  for (unsigned kind = 0; kind != 256; ++kind) {
    auto const expected = kind >= 1 && kind <= 6 ? outcome::item : outcome::malformed;
    BOOST_TEST((read(raw(1, kind, 0, 0, 0)) == expected));
  }
}

BOOST_AUTO_TEST_CASE(a_reserved_byte_that_is_not_zero_is_malformed) {
  for (unsigned reserved = 1; reserved != 256; ++reserved)
    for (unsigned kind = 1; kind <= 6; ++kind) BOOST_TEST((read(raw(1, kind, reserved, 0, 0)) == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(a_content_has_1024_bytes_at_most) {
  BOOST_TEST((read(raw(1, 1, 0, 1024, 1024)) == outcome::item));
  BOOST_TEST((read(raw(1, 1, 0, 1024, 1023)) == outcome::more));
  for (std::size_t const length : {1025, 65535}) BOOST_TEST((read(raw(1, 1, 0, length, 0)) == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(a_message_has_8192_bytes_at_most) {
  BOOST_TEST((read(raw(1, 6, 0, 8192, 8192)) == outcome::item));
  BOOST_TEST((read(raw(1, 6, 0, 8192, 8191)) == outcome::more));
  BOOST_TEST((read(raw(1, 6, 0, 8193, 0)) == outcome::malformed));
}

BOOST_AUTO_TEST_CASE(another_magic_is_malformed_at_its_first_wrong_byte) {
  for (std::size_t at = 1; at <= 3; ++at)
    for (unsigned flip = 1; flip != 256; ++flip) {
      auto bytes = raw(1, 4, 0, 0, 0);
      bytes[at] ^= static_cast<std::byte>(flip);
      bytes.resize(at);
      BOOST_TEST((read(bytes) == outcome::more));
      bytes = raw(1, 4, 0, 0, 0);
      bytes[at] ^= static_cast<std::byte>(flip);
      bytes.resize(at + 1);
      BOOST_TEST((read(bytes) == outcome::malformed));
    }
}

BOOST_AUTO_TEST_CASE(another_version_is_told_as_such_unless_it_is_a_refusal) {
  for (unsigned version = 0; version != 256; ++version)
    for (unsigned kind = 1; kind <= 6; ++kind) {
      auto const expected = version == 1 || kind == 2 ? outcome::item : outcome::version;
      BOOST_TEST((read(raw(version, kind, 0, 0, 0)) == expected));
    }
  BOOST_TEST((read(raw(2, 99, 7, 65535, 0)) == outcome::version));
}

BOOST_FIXTURE_TEST_CASE(a_refusal_of_another_version_can_be_read, fixture) {
  auto bytes = refusal{refusal_reason::version, "version 2 here"}.encode();
  store<std::uint8_t>(bytes.data(), 2);
  BOOST_TEST_REQUIRE((after(bytes) == outcome::item));
  BOOST_TEST((item.kind == lifeline_kind::refusal));
  BOOST_TEST(refusal::decode(item.content).value().text == "version 2 here");
}

BOOST_FIXTURE_TEST_CASE(what_is_malformed_stays_so, fixture) {
  BOOST_TEST((after(raw(1, 99, 0, 0, 0)) == outcome::malformed));
  BOOST_TEST((next() == outcome::malformed));
  BOOST_TEST((after(raw(1, 4, 0, 0, 0)) == outcome::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
