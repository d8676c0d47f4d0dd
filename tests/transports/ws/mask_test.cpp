// SPDX-License-Identifier: MIT
#include "ws/mask.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace weft::ws {

namespace {

constexpr mask::key key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};

std::string over(mask& m, std::string const& text) {
  std::string made(text.size(), '\0');
  m.lay_over(std::as_bytes(std::span(text)), reinterpret_cast<std::byte*>(made.data()));
  return made;
}

/// OpenSSL's source fails for as long as this lives.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
struct no_randomness {
  no_randomness() { RAND_set_rand_method(&none); }
  ~no_randomness() { RAND_set_rand_method(nullptr); }

  RAND_METHOD none{.seed = nullptr,
                   .bytes = [](unsigned char*, int) { return 0; },
                   .cleanup = nullptr,
                   .add = nullptr,
                   .pseudorand = nullptr,
                   .status = nullptr};
};
#pragma GCC diagnostic pop

}  // namespace

BOOST_AUTO_TEST_SUITE(ws_mask)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_6455) {
  mask m(key);
  BOOST_TEST(over(m, "Hello") == "\x7f\x9f\x4d\x51\x58");
}

BOOST_AUTO_TEST_CASE(a_payload_in_pieces_is_masked_as_a_whole_one) {
  std::string text(100, '?');
  for (std::size_t i = 0; i != text.size(); ++i) text[i] = static_cast<char>(i * 7);
  mask whole(key);
  auto const masked = over(whole, text);
  for (std::size_t piece = 1; piece != 30; ++piece) {
    mask m(key);
    std::string made;
    for (std::size_t at = 0; at < text.size(); at += piece) made += over(m, text.substr(at, piece));
    BOOST_TEST((made == masked));
  }
}

BOOST_AUTO_TEST_CASE(keys_do_not_repeat) {
  mask_keys keys;
  std::set<mask::key> seen;
  for (int i = 0; i != 200; ++i) seen.insert(keys.next());
  BOOST_TEST(seen.size() > 195u);
}

BOOST_AUTO_TEST_CASE(without_openssls_the_systems_source_will_do) {
  no_randomness const openssl_fails;
  std::array<std::byte, 64> one{}, two{};
  fill_unforeseeably(one);
  fill_unforeseeably(two);
  BOOST_TEST((one != two));
  BOOST_TEST(std::ranges::count(one, std::byte{0}) < 32);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ws
