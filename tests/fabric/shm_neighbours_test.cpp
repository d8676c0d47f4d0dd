// SPDX-License-Identifier: MIT
#include "fabric/shm_neighbours.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(shm_neighbours_)

BOOST_AUTO_TEST_CASE(what_is_left_stays_until_the_last_neighbour_has_gone) {
  auto mine = shm_neighbours::move_in("fi_shm://neighbours-1");
  auto neighbour = shm_neighbours::visit("fi_shm://neighbours-1");
  auto remains = std::make_shared<int>(1);
  std::weak_ptr<int> const seen = remains;
  mine->remains = std::move(remains);
  mine.reset();
  BOOST_TEST(!seen.expired());
  auto last = shm_neighbours::visit("fi_shm://neighbours-1");
  BOOST_TEST((last == neighbour));
  last.reset();
  neighbour.reset();
  BOOST_TEST(seen.expired());
  BOOST_TEST(!shm_neighbours::visit("fi_shm://neighbours-1"));
}

BOOST_AUTO_TEST_CASE(a_name_ends_where_the_address_is_padded) {
  auto const mine = shm_neighbours::move_in("fi_shm://neighbours-2");
  using namespace std::string_view_literals;
  BOOST_TEST((shm_neighbours::visit("fi_shm://neighbours-2\0\0\0"sv) == mine));
  BOOST_TEST(!shm_neighbours::visit("fi_shm://neighbours-3"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
