// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <weft/fabric/version.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>

namespace weft::fabric {

namespace {

struct expectation {
  kind what;
  capability with;
  interface_version from, before;  // of libfabric, in which it is so

  friend std::ostream& operator<<(std::ostream& out, expectation const& e) { return out << e.what; }
};

constexpr interface_version ever{0, 0}, still{~0u, 0};
constexpr interface_version net_became_tcp{1, 18}, sockets_went{2, 0};

constexpr auto plain = capability::msg | capability::rma;
constexpr auto tagged = plain | capability::tagged | capability::source | capability::directed_recv;

// What a libfabric has that was built with all that needs nothing but Linux. In 1.17 only shm, sockets have atomics.
constexpr expectation expected[] = {
    {{"net", endpoint_type::rdm}, tagged | capability::multi_recv, ever, net_became_tcp},
    {{"tcp", endpoint_type::rdm}, tagged | capability::multi_recv, net_became_tcp, still},
    {{"shm", endpoint_type::rdm}, tagged | capability::multi_recv | capability::atomic, ever, still},
    {{"sockets", endpoint_type::rdm}, tagged | capability::multi_recv | capability::atomic, ever, sockets_went},
    {{"udp;ofi_rxd", endpoint_type::rdm}, tagged | capability::multi_recv, ever, still},
    {{"tcp", endpoint_type::msg}, plain, ever, still},
    {{"net", endpoint_type::msg}, plain, ever, net_became_tcp},
    {{"sockets", endpoint_type::msg}, plain | capability::tagged | capability::atomic, ever, sockets_went},
    {{"udp", endpoint_type::dgram}, capability::msg, ever, still},
    {{"sockets", endpoint_type::dgram}, capability::msg | capability::tagged, ever, sockets_went},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(discovery)

// The tests skip what is not offered: that must not come to be all.
BOOST_DATA_TEST_CASE(finds_what_is_everywhere, boost::unit_test::data::make(expected), wanted) {
  auto const running = running_version();
  if (running < wanted.from || running >= wanted.before) return skip(wanted.what, "is not of this libfabric");
  auto const found = discover(local_hints(wanted.what, wanted.with));
  BOOST_TEST(found.has_value(), found.error().detail);
}

BOOST_DATA_TEST_CASE(finds_exactly_what_was_asked_for, boost::unit_test::data::make(all_kinds), over) {
  if (!offered(over)) return;
  auto const all = discover(local_hints(over)).value();
  for (auto const& i : all) {
    BOOST_TEST(i.provider() == over.provider);
    BOOST_TEST((i.type() == over.type));
    BOOST_TEST(i.supports(capability::msg));
    BOOST_TEST(i.max_message() > 0u);
    BOOST_TEST(!i.describe().protocol.empty());
    if (!over.is("shm")) BOOST_TEST(!i.source().empty());
  }
}

BOOST_DATA_TEST_CASE(tells_capabilities_apart, boost::unit_test::data::make(all_kinds), over) {
  bool const tagged = discover(local_hints(over, capability::tagged)).has_value();
  if (over.is("udp")) BOOST_TEST(!tagged);
  if (over.is("tcp") && over.type == endpoint_type::msg) BOOST_TEST(!tagged);
  if (over.is("sockets")) BOOST_TEST(tagged);
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

BOOST_DATA_TEST_CASE(resolves_a_remote_end, boost::unit_test::data::make(all_kinds), over) {
  if (over.is("shm")) return skip(over, "has names for addresses, and no ports");
  if (!offered(over)) return;
  auto h = local_hints(over);
  h.of = end::remote;
  h.service = "4711";
  auto const found = discover(h).value();
  BOOST_TEST(!found.front().destination().empty());
}

BOOST_DATA_TEST_CASE(passes_on_what_is_asked_of_depth_and_order, boost::unit_test::data::make(reliable), over) {
  if (!offered(over)) return;
  auto h = local_hints(over);
  h.send_depth = h.receive_depth = 64;
  h.orders = ordering::sas;
  auto const found = discover(h).value();
  BOOST_TEST(found.front().send_depth() >= 64u);
  BOOST_TEST(found.front().receive_depth() >= 64u);
  BOOST_TEST(has(found.front().orders(), ordering::sas));
}

BOOST_DATA_TEST_CASE(finds_a_domain_and_a_fabric_by_name, boost::unit_test::data::make(all_kinds), over) {
  auto const i = offered(over);
  if (!i) return;
  auto h = local_hints(over);
  h.domain = i->domain_name();
  h.fabric = i->fabric_name();
  for (auto const& one : discover(h).value()) {
    BOOST_TEST(one.domain_name() == i->domain_name());
    BOOST_TEST(one.fabric_name() == i->fabric_name());
  }
  h.domain = "no such domain";
  BOOST_TEST((discover(h).error().code == std::errc::no_message_available));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
