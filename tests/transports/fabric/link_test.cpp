// SPDX-License-Identifier: MIT
#include "fabric/link.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace weft::ofi {

BOOST_AUTO_TEST_SUITE(a_link_request)

BOOST_AUTO_TEST_CASE(arrives_as_it_was_sent_whatever_a_provider_puts_behind_it) {
  link_request const sent{link_use::bulk, 0x12345, 77, 0x0123456789abcdef};
  auto const bytes = sent.encode();
  std::vector<std::byte> padded(bytes.begin(), bytes.end());
  padded.resize(256, std::byte{0x5a});
  for (auto const& data : {std::vector<std::byte>(bytes.begin(), bytes.end()), padded}) {
    auto const got = link_request::decode(data);
    BOOST_REQUIRE(got.has_value());
    BOOST_TEST((got->use == link_use::bulk));
    BOOST_TEST(got->slot == sent.slot);
    BOOST_TEST(got->generation == sent.generation);
    BOOST_TEST(got->key == sent.key);
  }
}

BOOST_AUTO_TEST_CASE(that_is_short_or_not_of_its_form_is_none) {
  auto const good = link_request{link_use::frames, 1, 2, 3}.encode();
  for (std::size_t n = 0; n != good.size(); ++n) BOOST_TEST(!link_request::decode(std::span(good).first(n)));
  for (std::size_t at = 0; at != 8; ++at) {
    auto bad = good;
    bad[at] ^= std::byte{0x10};
    BOOST_TEST(!link_request::decode(bad), "byte " << at);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
