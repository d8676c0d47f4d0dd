// SPDX-License-Identifier: MIT
#include "support/knobs.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace weft::fabric {

namespace {

bool refused_with(std::string_view text, std::string_view words) {
  try {
    parse_hints(text);
  } catch (std::invalid_argument const& e) {
    return std::string_view(e.what()).find(words) != std::string_view::npos;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_knobs_of_the_tests)

BOOST_AUTO_TEST_CASE(say_how_queues_and_address_vectors_are_opened) {
  auto const h = parse_hints("efa:cq_wait=fd,cq_format=data udp;ofi_rxd:cq_size=512,av_type=map,av_count=7");
  BOOST_REQUIRE(h.size() == 2u);
  BOOST_TEST((h.at("efa").queue.wait == wait_kind::descriptor));
  BOOST_TEST((h.at("efa").queue.format == queue_format::data));
  BOOST_TEST(h.at("udp;ofi_rxd").queue.depth == 512u);
  BOOST_TEST((h.at("udp;ofi_rxd").peers.table == address_table::map));
  BOOST_TEST(h.at("udp;ofi_rxd").peers.count == 7u);
  BOOST_TEST(parse_hints("").empty());
}

BOOST_AUTO_TEST_CASE(that_are_wrong_are_named) {
  BOOST_TEST(refused_with("efa:cq_colour=red", "\"cq_colour\""));
  BOOST_TEST(refused_with("efa:cq_wait=forever", "\"forever\""));
  BOOST_TEST(refused_with("efa:cq_size=12x", "\"12x\""));
  BOOST_TEST(refused_with("efa:cq_size", "cq_size"));
  BOOST_TEST(refused_with("efa", "\"efa\""));
}

BOOST_AUTO_TEST_CASE(name_providers_that_are_known_or_have_hints) {
  using names = std::vector<std::string>;
  BOOST_TEST((parse_providers("efa,sockets", {}) == names{"efa", "sockets"}));
  BOOST_TEST((parse_providers("mine,net", {}) == names{"net"}));
  BOOST_TEST((parse_providers("mine", parse_hints("mine:cq_wait=none")) == names{"mine"}));
  BOOST_TEST((parse_providers("mine", {}) == names{"sockets"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
