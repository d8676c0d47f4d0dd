// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>
#include <weft/fabric/registered_memory.hpp>

#include "fabric/region.hpp"
#include "support/fabric_pair.hpp"
#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>

#include <optional>
#include <vector>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

// Memory, and two domains that want it registered: none here insists, so they are told to.
struct wanting {
  explicit wanting(kind const& over) {
    auto i = offered(over);
    if (!i) return;
    (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;
    in = domain::open(*i).value();
    other = domain::open(*i).value();
  }
  bytes memory = bytes(8192);
  std::shared_ptr<domain const> in, other;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_registered_once)

BOOST_DATA_TEST_CASE(is_registered_by_its_first_use_in_a_domain_and_not_again, everything, over) {
  wanting w(over);
  if (!w.in) return;
  registered_memory const mine(w.memory);
  BOOST_TEST(mine.registrations() == 0u);
  auto const first = registered_memory::find(w.in, std::span(w.memory).subspan(100, 200));
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->size() == w.memory.size());
  auto const again = registered_memory::find(w.in, w.memory);
  BOOST_TEST((again && again->native_handle() == first->native_handle()));
  BOOST_TEST(mine.registrations() == 1u);
  auto const elsewhere = registered_memory::find(w.other, w.memory);
  BOOST_TEST((elsewhere && elsewhere->native_handle() != first->native_handle()));
  BOOST_TEST(mine.registrations() == 2u);
}

BOOST_AUTO_TEST_CASE(is_what_a_region_of_it_uses) {
  auto wanted = local_request("ofi+tcp");
  wanted.register_locally = true;
  auto const in = domain_for(wanted);
  if (!in) return;
  bytes memory(8192);
  registered_memory const mine(memory);
  auto const e = rdm_endpoint::open(in, unique_name()).value();
  auto const one = region::make(*e, std::span(memory).first(10)).value();
  auto const two = region::make(*e, std::span(memory).last(10)).value();
  BOOST_TEST(one.descriptor() == two.descriptor());
  BOOST_TEST(mine.registrations() == 1u);
}

BOOST_DATA_TEST_CASE(is_not_what_only_touches_it_or_is_gone, everything, over) {
  wanting w(over);
  if (!w.in) return;
  std::optional<registered_memory> mine{std::in_place, std::span(w.memory).subspan(1000, 1000)};
  for (auto const& [at, size] : {std::pair{0u, 10u}, {990u, 20u}, {1990u, 20u}, {2000u, 10u}, {0u, 8192u}})
    BOOST_TEST(!registered_memory::find(w.in, std::span(w.memory).subspan(at, size)), at);
  BOOST_TEST(registered_memory::find(w.in, std::span(w.memory).subspan(1000, 1000)).has_value());
  mine.reset();
  BOOST_TEST(!registered_memory::find(w.in, std::span(w.memory).subspan(1000, 1000)));
}

BOOST_DATA_TEST_CASE(stays_registered_for_what_is_under_way, everything, over) {
  wanting w(over);
  if (!w.in) return;
  std::optional<registered_memory> mine{std::in_place, w.memory};
  auto const under_way = registered_memory::find(w.in, w.memory);
  BOOST_REQUIRE(under_way.has_value());
  auto const key = under_way->key();
  mine.reset();
  BOOST_TEST(under_way->key() == key);
  BOOST_TEST(under_way->bytes().data() == w.memory.data());
}

BOOST_DATA_TEST_CASE(moves_and_is_still_found, everything, over) {
  wanting w(over);
  if (!w.in) return;
  registered_memory first(w.memory);
  registered_memory second = std::move(first);
  BOOST_TEST(registered_memory::find(w.in, w.memory).has_value());
  second = registered_memory();
  BOOST_TEST(!registered_memory::find(w.in, w.memory));
}

BOOST_DATA_TEST_CASE(keeps_no_domain_that_nobody_else_has_once_there_is_another, everything, over) {
  wanting w(over);
  if (!w.in) return;
  registered_memory const mine(w.memory);
  (void)registered_memory::find(w.in, w.memory);
  std::weak_ptr<domain const> const gone = w.in;
  w.in.reset();
  (void)registered_memory::find(w.other, w.memory);
  BOOST_TEST(gone.expired());
  BOOST_TEST(mine.registrations() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
