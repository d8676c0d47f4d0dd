// SPDX-License-Identifier: MIT
#include <weft/fabric/handle.hpp>

#include "support/face.hpp"

#include <weft/fabric/counter.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(a_handle)

// A provider refuses to close what is still in use, so that a second round would find the first one's name taken.
BOOST_AUTO_TEST_CASE(closes_everything_of_an_endpoint_so_that_its_address_is_free_again) {
  auto i = offered({"sockets", endpoint_type::msg});
  if (!i) return;
  auto const n = network::open(*i).value();
  auto door = passive_endpoint::open(n, *i).value();
  auto const address = door->address();
  std::weak_ptr<network const> const watched = n;
  door.reset();
  auto h = local_hints({"sockets", endpoint_type::msg});
  h.service = std::to_string(std::to_integer<int>(address[2]) * 256 + std::to_integer<int>(address[3]));
  auto const again = discover(h).value();
  BOOST_TEST((passive_endpoint::open(n, again.front()).value()->address() == address));
  BOOST_TEST(watched.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
