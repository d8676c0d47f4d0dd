// SPDX-License-Identifier: MIT
#include "fabric/info.hpp"
#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

#include <cstring>
#include <string>

namespace weft::fabric {

namespace {

info made_of(char const* provider, std::uint64_t tag_format) {
  info i(fi_allocinfo());
  i->fabric_attr->prov_name = strdup(provider);
  i->ep_attr->mem_tag_format = tag_format;
  return i;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_info)

BOOST_AUTO_TEST_CASE(is_copied_whole) {
  auto const original = made_of("net", 0);
  auto copy = original;
  copy->fabric_attr->prov_name[0] = 'm';
  BOOST_TEST(original.provider() == "net");
  BOOST_TEST(copy.provider() == "met");
  copy = original;
  BOOST_TEST(copy.provider() == "net");
}

BOOST_AUTO_TEST_CASE(counts_the_bits_of_a_tag_from_its_format) {
  BOOST_TEST(made_of("x", 0xaaaaaaaaaaaaaaaa).tag_bits() == 64u);
  BOOST_TEST(made_of("x", 0x5555555555555555).tag_bits() == 63u);
  BOOST_TEST(made_of("x", 0x0000ffffffffffff).tag_bits() == 48u);
}

BOOST_AUTO_TEST_CASE(knows_the_facts_of_its_provider_and_is_cautious_with_strangers) {
  BOOST_TEST(facts_of(made_of("shm", 0)).inject == 4096u);
  auto const stranger = made_of("new", 0);
  auto const& facts = facts_of(stranger);
  BOOST_TEST(facts.inject == 0u);
  BOOST_TEST((facts.waits_on == wait_kind::backoff));
}

BOOST_DATA_TEST_CASE(has_limits_that_go_together, boost::unit_test::data::make(all_kinds), over) {
  auto const found = offered(over);
  if (!found) return;
  auto const copy = *found;
  for (auto const& i : {*found, copy}) {
    BOOST_TEST(i.inject_limit() <= i.max_message());
    BOOST_TEST(i.send_depth() > 0u);
    BOOST_TEST(i.receive_depth() > 0u);
    BOOST_TEST(i.iov_limit() > 0u);
    BOOST_TEST(i.receive_iov_limit() > 0u);
    BOOST_TEST(i.mr_iov_limit() > 0u);
    BOOST_TEST(i.data_bytes() <= 8u);
    BOOST_TEST((i.tag_bits() > 0 || !i.supports(capability::tagged)));
    BOOST_TEST((i.source() == found->source()));
    BOOST_TEST(i.describe().provider == over.provider);
  }
}

BOOST_AUTO_TEST_CASE(is_described_without_the_prefixes_of_its_constants) {
  auto i = made_of("net", 0x5555555555555555);
  i->caps = FI_TAGGED | FI_SEND;
  i->domain_attr->mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR;
  i->ep_attr->protocol = FI_PROTO_RXM;
  i->addr_format = FI_SOCKADDR_IN;
  auto const o = i.describe();
  BOOST_TEST(o.provider == "net");
  BOOST_TEST(o.domain == "");
  BOOST_TEST(o.protocol == "RXM");
  BOOST_TEST(o.address_format == "SOCKADDR_IN");
  BOOST_TEST(o.wait == "fd");
  std::vector<std::string> const caps{"TAGGED", "SEND"}, memory{"LOCAL", "VIRT_ADDR"};
  BOOST_TEST(o.capabilities == caps, boost::test_tools::per_element());
  BOOST_TEST(o.memory == memory, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_request)

BOOST_AUTO_TEST_CASE(takes_the_scheme_the_provider_and_the_domain_of_a_url) {
  auto const r = request_for({.scheme = "ofi+tcp",
                              .host = "10.0.0.1",
                              .port = 7000,
                              .path = {},
                              .query = {{"prov", "tcp;ofi_rxm"}, {"domain", "eth0"}}});
  BOOST_TEST(r.scheme == "ofi+tcp");
  BOOST_TEST(r.provider == "tcp;ofi_rxm");
  BOOST_TEST(r.domain == "eth0");
  BOOST_TEST(r.node == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_interface_version)

BOOST_AUTO_TEST_CASE(is_one_that_old_and_new_libraries_speak) {
  BOOST_TEST(api_version() >= FI_VERSION(1, 14));
  BOOST_TEST(api_version() <= FI_VERSION(1, 17));
  BOOST_TEST(api_version() <= fi_version());
}

BOOST_AUTO_TEST_CASE(comes_with_a_text_that_has_both_versions) {
  auto const v = versions();
  BOOST_TEST(version_text() == v.compiled + " compiled, " + v.running + " running");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
