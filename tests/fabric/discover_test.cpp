// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

#include <algorithm>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(discovery)

BOOST_DATA_TEST_CASE(finds_exactly_what_was_asked_for, boost::unit_test::data::make(all_kinds), over) {
  auto found = discover(local_hints(over));
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return;
  }
  std::vector<info> const all = *std::move(found);
  for (auto const& i : all) {
    BOOST_TEST(i.provider() == over.provider);
    BOOST_TEST((i.type() == over.type));
    BOOST_TEST(i.supports(capability::msg));
    BOOST_TEST(i.max_message() > 0u);
    BOOST_TEST(!i.describe().protocol.empty());
    if (std::string_view(over.provider) != "shm") BOOST_TEST(!i.source().empty());
  }
}

BOOST_DATA_TEST_CASE(tells_capabilities_apart, boost::unit_test::data::make(all_kinds), over) {
  bool const tagged = discover(local_hints(over, capability::tagged)).has_value();
  if (std::string_view(over.provider) == "udp") BOOST_TEST(!tagged);
  if (std::string_view(over.provider) == "tcp" && over.type == endpoint_type::msg) BOOST_TEST(!tagged);
  if (std::string_view(over.provider) == "sockets") BOOST_TEST(tagged);
}

BOOST_AUTO_TEST_CASE(says_what_there_is_none_of) {
  hints h;
  h.provider = "no such provider";
  h.type = endpoint_type::msg;
  h.capabilities = capability::tagged | capability::rma;
  auto const found = discover(h);
  BOOST_REQUIRE(!found);
  BOOST_TEST((found.error().code == std::errc::no_message_available), found.error().code.message());
  for (auto const* part : {"no such provider", "MSG", "TAGGED", "RMA"})
    BOOST_TEST(found.error().detail.find(part) != std::string::npos, found.error().detail);
}

BOOST_AUTO_TEST_CASE(answers_whether_a_type_of_endpoint_is_there_before_one_is_opened) {
  hints h;
  h.provider = "udp";
  BOOST_TEST(!supports_endpoint_type(h, endpoint_type::msg));
  h.provider = "shm";
  BOOST_TEST(!supports_endpoint_type(h, endpoint_type::dgram));
  BOOST_TEST(supports_endpoint_type({}, endpoint_type::rdm));
}

BOOST_AUTO_TEST_CASE(resolves_a_remote_end) {
  hints h;
  h.type = endpoint_type::rdm;
  h.provider = "sockets";
  h.node = "127.0.0.1";
  h.service = "4711";
  auto found = discover(h);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return;
  }
  BOOST_TEST(!found->front().destination().empty());
}

BOOST_AUTO_TEST_CASE(passes_on_what_is_asked_of_depth_and_order) {
  auto h = local_hints({"sockets", endpoint_type::rdm});
  h.send_depth = 64;
  h.orders = ordering::sas;
  auto found = discover(h);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return;
  }
  BOOST_TEST(found->front().send_depth() >= 64u);
  BOOST_TEST(has(found->front().orders(), ordering::sas));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
