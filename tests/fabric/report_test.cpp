// SPDX-License-Identifier: MIT
#include <weft/fabric/offers.hpp>

#include "fabric/provider.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(the_report)

BOOST_AUTO_TEST_CASE(has_every_provider_either_offered_or_absent_with_a_reason) {
  auto const there = offers();
  auto const not_there = absent();
  for (auto const& p : providers()) {
    BOOST_TEST_CONTEXT(p.name) {
      auto const offered = std::ranges::any_of(there, [&](offer const& o) { return o.provider == p.name; });
      auto const missing = std::ranges::find(not_there, p.name, &rejection::provider);
      BOOST_TEST(offered == (missing == not_there.end()));
      if (missing != not_there.end()) BOOST_TEST(!missing->reason.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(says_nothing_twice) {
  auto const all = offers();
  for (auto const& o : all) BOOST_TEST(std::ranges::count(all, o) == 1);
}

BOOST_AUTO_TEST_CASE(has_a_recipe_for_each_provider) {
  auto const all = recipes();
  BOOST_REQUIRE(all.size() == providers().size());
  for (auto const& r : all) {
    BOOST_TEST_CONTEXT(r.provider) {
      auto const& facts = *facts_of(r.provider);
      BOOST_TEST(r.scheme == facts.scheme);
      BOOST_TEST((r.endpoints.find("MSG") != std::string::npos) == (facts.connected != automatic::never));
      BOOST_TEST(r.registers_buffers == facts.registers_locally);
      BOOST_TEST((r.rendezvous == "read") == (facts.large == rendezvous::read));
      BOOST_TEST(!r.needs.empty());
      BOOST_TEST(!r.environment.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(lists_the_schemes_with_who_serves_them) {
  auto const all = schemes();
  BOOST_REQUIRE(!all.empty());
  BOOST_TEST(all.front().name == "ofi");
  for (auto const& s : all)
    for (auto const& name : s.on_request) BOOST_TEST(std::ranges::count(s.automatic, name) == 0);
}

BOOST_AUTO_TEST_CASE(of_a_choice_has_the_provider_or_the_reason) {
  auto const good = choose("ofi+tcp://10.9.8.7:7000");
  BOOST_REQUIRE(good.chosen.has_value());
  BOOST_TEST(good.url == "ofi+tcp://10.9.8.7:7000");
  BOOST_TEST(good.failure.empty());
  BOOST_TEST(choose("ofi+shm://").chosen.has_value());

  BOOST_TEST(!choose("ofi+tcp://?domain=eth99").chosen.has_value());
  BOOST_TEST(choose("ofi+tcp://?domain=eth99").failure.find("eth99") != std::string::npos);
  BOOST_TEST(choose("ofi+pigeon://").failure.find("ofi+pigeon") != std::string::npos);
  BOOST_TEST(!choose("nonsense").failure.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
