// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>

#include "support/fabric_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(a_domain)

BOOST_DATA_TEST_CASE(opens_what_was_selected, boost::unit_test::data::make(everywhere), scheme) {
  auto const d = domain_for(local_request(scheme));
  if (!d) return;
  BOOST_TEST(d->native_handle() != nullptr);
  BOOST_TEST(d->parent()->native_handle() != nullptr);
  BOOST_TEST(facts_of(d->info()).scheme == scheme);
}

BOOST_DATA_TEST_CASE(closes_after_what_was_opened_in_it, boost::unit_test::data::make(everywhere), scheme) {
  auto d = domain_for(local_request(scheme));
  if (!d) return;
  std::weak_ptr<domain const> const still_open = d;
  auto e = rdm_endpoint::open(d, unique_name()).value();
  d.reset();
  BOOST_TEST(!still_open.expired());
  e.reset();
  BOOST_TEST(still_open.expired());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_opened_says_which_call_failed) {
  info bad = select(local_request("ofi+tcp")).value().chosen;
  bad->fabric_attr->prov_name[0] = 'x';
  auto const got = domain::open(bad);
  BOOST_REQUIRE(!got);
  BOOST_TEST(got.error().detail.starts_with("fi_fabric: "), got.error().detail);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
