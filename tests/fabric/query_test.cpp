// SPDX-License-Identifier: MIT
#include "fabric/query.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

namespace weft::fabric {

namespace {

provider_facts const& tcp_here() { return *facts_of(candidates("ofi+tcp", fi_version()).front()); }

bool mentions(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_query)

BOOST_AUTO_TEST_CASE(finds_nothing_but_the_provider_it_names) {
  for (auto const& p : providers())
    for (auto const& i : query(p, {})) BOOST_TEST(i.provider() == p.name);
}

BOOST_AUTO_TEST_CASE(finds_endpoints_that_weft_can_use) {
  auto const found = query(tcp_here(), {});
  BOOST_REQUIRE(!found.empty());
  for (auto const& i : found) {
    BOOST_TEST((i->ep_attr->type == FI_EP_RDM));
    BOOST_TEST((i->caps & FI_TAGGED) != 0u);
    BOOST_TEST((i->domain_attr->threading == FI_THREAD_SAFE));
    BOOST_TEST((i->tx_attr->msg_order & FI_ORDER_SAS) != 0u);
    BOOST_TEST(i->next == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(finds_connected_endpoints_where_they_are_wanted) {
  auto const& tcp = *facts_of(candidates("ofi+tcp", fi_version(), endpoint_type::msg).front());
  auto const found = query(tcp, {}, endpoint_type::msg);
  BOOST_REQUIRE(!found.empty());
  for (auto const& i : found) {
    BOOST_TEST((i.type() == endpoint_type::msg));
    BOOST_TEST(i.supports(capability::msg));
    BOOST_TEST((i->domain_attr->threading == FI_THREAD_SAFE));
  }
  BOOST_TEST(query(*facts_of("shm"), {}, endpoint_type::msg).empty());
}

BOOST_AUTO_TEST_CASE(binds_what_it_is_asked_to_bind) {
  request wanted;
  wanted.node = "127.0.0.1";
  auto const found = query(tcp_here(), wanted);
  BOOST_REQUIRE(!found.empty());
  BOOST_TEST(found.front()->src_addrlen == 16u);
  wanted.node = "::1";
  auto const six = query(tcp_here(), wanted);
  if (six.empty()) {
    std::cout << "SKIPPED: no IPv6 here\n";
    return;
  }
  BOOST_TEST(six.front()->src_addrlen == 28u);
}

BOOST_AUTO_TEST_CASE(asks_for_registration_on_request) {
  request wanted;
  wanted.register_locally = true;
  for (auto const& i : query(tcp_here(), wanted)) BOOST_TEST(i.registers_locally());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_explanation)

BOOST_AUTO_TEST_CASE(names_the_domain_at_fault_and_those_there_are) {
  request wanted;
  wanted.domain = "eth99";
  BOOST_TEST(query(tcp_here(), wanted).empty());
  auto const why = explain(tcp_here(), wanted);
  BOOST_TEST(mentions(why, "has no domain 'eth99'"), why);
  BOOST_TEST(mentions(why, "lo"), why);
}

BOOST_AUTO_TEST_CASE(names_a_local_address_that_is_none) {
  request wanted;
  wanted.node = "no.such.host.invalid";
  BOOST_TEST(query(tcp_here(), wanted).empty());
  auto const why = explain(tcp_here(), wanted);
  BOOST_TEST(mentions(why, "cannot bind the local address 'no.such.host.invalid'"), why);
}

BOOST_AUTO_TEST_CASE(counts_the_bits_of_tags_that_are_too_narrow) {
  request wanted;
  wanted.tag_bits = 65;
  auto const why = explain(tcp_here(), wanted);
  BOOST_TEST(mentions(why, "and 65 are needed"), why);
}

BOOST_AUTO_TEST_CASE(says_what_is_set_that_may_be_why) {
  BOOST_TEST(!mentions(explain(*facts_of("shm"), {}, endpoint_type::msg), "is set"));
  BOOST_REQUIRE(::setenv("FI_SHM_RX_SIZE", "512", 1) == 0);
  auto const why = explain(*facts_of("shm"), {}, endpoint_type::msg);
  ::unsetenv("FI_SHM_RX_SIZE");
  BOOST_TEST(mentions(why, "FI_SHM_RX_SIZE=512 is set"), why);
}

BOOST_AUTO_TEST_CASE(says_what_an_absent_provider_needs) {
  for (auto const& p : providers()) {
    if (!query(p, {}).empty()) continue;
    auto const why = explain(p, {});
    BOOST_TEST(mentions(why, p.needs), why);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
