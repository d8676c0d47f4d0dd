// SPDX-License-Identifier: MIT
#include "stream/hub.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::stream {

BOOST_AUTO_TEST_SUITE(stream_hub)

BOOST_AUTO_TEST_CASE(the_connections_of_a_socket_share_a_lane) {
  small_reactor loop;
  hub home(loop);
  auto const connect = [&](std::uint64_t socket) {
    return home.connect(connected_fds().first, framing::tcp, {0x10, 0x10, 1000, socket}, "far");
  };
  auto const a = connect(1), b = connect(1), c = connect(2);
  BOOST_TEST(a->source() == b->source());
  BOOST_TEST(a->source() != c->source());
  BOOST_TEST(loop.sources().size() == 2u);
  BOOST_TEST(a->peer_address() == "far");
}

BOOST_AUTO_TEST_CASE(headers_are_on_top_of_the_limit) {
  BOOST_TEST(largest_frame({0x10, 0x10, 1000}) == 1000u);
  BOOST_TEST(largest_frame({0x11, 0x11, 1000}) == 1004u);
  BOOST_TEST(largest_frame({0x51, 0x50, 1000}) == 1000u);
  BOOST_TEST(largest_frame({0x31, 0x30, 1000}) == 2024u);
  BOOST_TEST(largest_frame({0x62, 0x63, 1000}) == 2024u);
  BOOST_TEST(largest_frame({0x31, 0x30, ~std::size_t{0}}) == (std::uint64_t{1} << 60) + 1024);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
