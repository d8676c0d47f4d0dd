// SPDX-License-Identifier: MIT
#include <weft/fabric/operation.hpp>

#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <type_traits>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(an_operation)

BOOST_AUTO_TEST_CASE(has_all_the_room_that_a_provider_may_write_to) {
  noted n;
  auto const* self = reinterpret_cast<char*>(&n);
  auto const* context = static_cast<char*>(n.native_handle());
  BOOST_TEST((context >= self && context + sizeof(fi_context2) <= self + sizeof n));
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(context) % alignof(fi_context2) == 0u);
}

BOOST_AUTO_TEST_CASE(is_found_by_its_context) {
  noted n;
  BOOST_TEST(n.native_handle() == static_cast<operation*>(&n));
}

BOOST_AUTO_TEST_CASE(learns_how_it_ended) {
  noted n;
  n.complete({.error = {}, .bytes = 7});
  BOOST_TEST(n.times == 1);
  BOOST_TEST(n.last.bytes == 7u);
}

BOOST_AUTO_TEST_CASE(stays_where_it_is) {
  BOOST_TEST(!std::is_copy_constructible_v<noted>);
  BOOST_TEST(!std::is_move_constructible_v<noted>);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
