// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>
#include <weft/fabric/registered_memory.hpp>

#include "fabric/region.hpp"
#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace weft::fabric {

namespace {

struct fixture {
  fixture() {
    auto wanted = local_request("ofi+tcp");
    wanted.register_locally = true;
    in = domain_for(wanted);
    other = domain_for(wanted);
  }
  std::vector<std::byte> memory = std::vector<std::byte>(8192);
  std::shared_ptr<domain const> in, other;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_registered_once, fixture)

BOOST_AUTO_TEST_CASE(is_registered_by_its_first_use_in_a_domain_and_not_again) {
  registered_memory const mine(memory);
  BOOST_TEST(mine.registrations() == 0u);
  auto const first = registered_memory::find(in, std::span(memory).subspan(100, 200));
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->size() == memory.size());
  auto const again = registered_memory::find(in, memory);
  BOOST_TEST((again && again->native_handle() == first->native_handle()));
  BOOST_TEST(mine.registrations() == 1u);
  auto const elsewhere = registered_memory::find(other, memory);
  BOOST_TEST((elsewhere && elsewhere->native_handle() != first->native_handle()));
  BOOST_TEST(mine.registrations() == 2u);
}

BOOST_AUTO_TEST_CASE(is_what_a_region_of_it_uses) {
  registered_memory const mine(memory);
  auto const e = rdm_endpoint::open(in, unique_name()).value();
  auto const one = region::make(*e, std::span(memory).first(10)).value();
  auto const two = region::make(*e, std::span(memory).last(10)).value();
  BOOST_TEST(one.descriptor() == two.descriptor());
  BOOST_TEST(mine.registrations() == 1u);
}

BOOST_AUTO_TEST_CASE(is_not_what_only_touches_it_or_is_gone) {
  std::optional<registered_memory> mine{std::in_place, std::span(memory).subspan(1000, 1000)};
  for (auto const& [at, size] : {std::pair{0u, 10u}, {990u, 20u}, {1990u, 20u}, {2000u, 10u}, {0u, 8192u}})
    BOOST_TEST(!registered_memory::find(in, std::span(memory).subspan(at, size)), at);
  BOOST_TEST(registered_memory::find(in, std::span(memory).subspan(1000, 1000)).has_value());
  mine.reset();
  BOOST_TEST(!registered_memory::find(in, std::span(memory).subspan(1000, 1000)));
}

BOOST_AUTO_TEST_CASE(stays_registered_for_what_is_under_way) {
  std::optional<registered_memory> mine{std::in_place, memory};
  auto const under_way = registered_memory::find(in, memory);
  mine.reset();
  BOOST_TEST((under_way && under_way->key() == under_way->key()));
  BOOST_TEST(under_way->native_handle() != nullptr);
}

BOOST_AUTO_TEST_CASE(moves_and_is_still_found) {
  registered_memory first(memory);
  registered_memory second = std::move(first);
  BOOST_TEST(registered_memory::find(in, memory).has_value());
  second = registered_memory();
  BOOST_TEST(!registered_memory::find(in, memory));
}

BOOST_AUTO_TEST_CASE(keeps_no_domain_that_nobody_else_has_once_there_is_another) {
  registered_memory const mine(memory);
  (void)registered_memory::find(in, memory);
  std::weak_ptr<domain const> const gone = in;
  in.reset();
  (void)registered_memory::find(other, memory);
  BOOST_TEST(gone.expired());
  BOOST_TEST(mine.registrations() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
