// SPDX-License-Identifier: MIT
#include "fabric/provider.hpp"

#include "fabric/query.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <span>
#include <string>

namespace weft::fabric {

namespace {

constexpr std::uint32_t old_version = FI_VERSION(1, 17);
constexpr std::uint32_t new_version = FI_VERSION(2, 1);

std::vector<std::string> tried(std::string_view scheme, std::uint32_t version,
                               endpoint_type type = endpoint_type::rdm) {
  std::vector<std::string> names;
  for (auto const name : candidates(scheme, version, type)) names.emplace_back(name);
  return names;
}

using names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(the_provider_table)

BOOST_AUTO_TEST_CASE(names_each_provider_once_and_says_what_it_needs) {
  std::set<std::string_view> seen;
  for (auto const& p : providers()) {
    BOOST_TEST_CONTEXT(p.name) {
      BOOST_TEST(seen.insert(p.name).second);
      BOOST_TEST(p.scheme.starts_with("ofi+"));
      BOOST_TEST(!p.needs.empty());
      BOOST_TEST((p.tag_bits >= 48u || p.chosen == automatic::never));
      BOOST_TEST(facts_of(p.name) == &p);
    }
  }
  BOOST_TEST(facts_of("no such thing") == nullptr);
}

BOOST_AUTO_TEST_CASE(agrees_with_the_providers_that_are_here) {
  for (auto const& p : providers())
    for (auto const& i : query(p, {})) {
      BOOST_TEST_CONTEXT(p.name) {
        BOOST_TEST((i->tx_attr->inject_size == p.inject || i->tx_attr->inject_size == 0));
        BOOST_TEST(i.tag_bits() >= p.tag_bits - 1);
        BOOST_TEST(i.registers_locally() == p.registers_locally);
        BOOST_TEST((i->addr_format == FI_SOCKADDR_IN || i->addr_format == FI_SOCKADDR_IN6) == p.ip_address);
      }
    }
}

// libfabric tells what its providers read, of those that are built.
BOOST_AUTO_TEST_CASE(names_variables_that_providers_read) {
  fi_param* list = nullptr;
  int count = 0;
  fi_info* all = nullptr;
  BOOST_REQUIRE(fi_getinfo(FI_VERSION(1, 17), nullptr, nullptr, 0, nullptr, &all) == 0);  // they register then
  fi_freeinfo(all);
  BOOST_REQUIRE(fi_getparams(&list, &count) == 0);
  std::set<std::string_view> known;
  for (auto const& param : std::span(list, static_cast<std::size_t>(count))) known.insert(param.name);
  for (auto const* const name : {"tcp", "net", "tcp;ofi_rxm", "shm", "udp;ofi_rxd", "sockets"}) {
    auto const& p = *facts_of(name);
    if (query(p, {}).empty() && query(p, {}, endpoint_type::msg).empty()) continue;
    BOOST_TEST(!p.reads.empty(), p.name);
    for (auto const& v : p.reads) BOOST_TEST(known.contains(v.name), v.name);
  }
  fi_freeparams(list);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_candidates)

BOOST_AUTO_TEST_CASE(for_tcp_are_the_same_wire_under_the_name_of_the_version) {
  BOOST_TEST(tried("ofi+tcp", old_version) == names{"net"}, boost::test_tools::per_element());
  BOOST_TEST(tried("ofi+tcp", new_version) == names{"tcp"}, boost::test_tools::per_element());
  BOOST_TEST(tried("ofi+tcp_rxm", old_version) == names{"tcp;ofi_rxm"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(for_any_fabric_are_those_that_reach_hosts_and_shared_memory_is_not_among_them) {
  auto const expected = names{"cxi", "efa", "verbs;ofi_rxm", "net"};
  BOOST_TEST(tried("ofi", old_version) == expected, boost::test_tools::per_element());
  BOOST_TEST(tried("ofi", new_version).back() == "tcp");
}

BOOST_AUTO_TEST_CASE(with_connected_endpoints_are_others) {
  auto const msg = endpoint_type::msg;
  BOOST_TEST((tried("ofi+tcp", old_version, msg) == names{"tcp", "net"}));
  BOOST_TEST((tried("ofi+tcp", new_version, msg) == names{"tcp"}));
  BOOST_TEST((tried("ofi", new_version, msg) == names{"verbs", "tcp"}));
  BOOST_TEST(tried("ofi+shm", new_version, msg).empty());
  BOOST_TEST(canonical_provider("verbs") == "verbs;ofi_rxm");
  BOOST_TEST(canonical_provider("verbs", msg) == "verbs");
  BOOST_TEST(canonical_provider("tcp_rxm", msg) == "tcp;ofi_rxm");
}

BOOST_AUTO_TEST_CASE(for_an_alias_are_those_of_its_meaning) {
  BOOST_TEST(tried("ofi+sm", old_version) == names{"shm"}, boost::test_tools::per_element());
  BOOST_TEST(canonical_provider("tcp_rxm") == "tcp;ofi_rxm");
  BOOST_TEST(canonical_provider("net") == "net");
}

BOOST_AUTO_TEST_CASE(for_an_unknown_scheme_are_none) {
  BOOST_TEST(tried("ofi+carrier-pigeon", old_version).empty());
  BOOST_TEST(tried("tcp", old_version).empty());
}

BOOST_AUTO_TEST_CASE(that_must_be_asked_for_serve_only_what_they_can) {
  BOOST_TEST(may_serve(*facts_of("tcp;ofi_rxm"), "ofi+tcp"));
  BOOST_TEST(may_serve(*facts_of("shm"), "ofi"));
  BOOST_TEST(may_serve(*facts_of("shm"), "ofi+sm"));
  BOOST_TEST(!may_serve(*facts_of("shm"), "ofi+tcp"));
}

BOOST_AUTO_TEST_CASE(exist_for_every_scheme_with_some_version) {
  for (auto const scheme : scheme_names()) {
    BOOST_TEST_CONTEXT(scheme) {
      BOOST_TEST(!tried(scheme, old_version).empty());
      BOOST_TEST(!tried(scheme, new_version).empty());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
