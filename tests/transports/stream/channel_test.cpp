// SPDX-License-Identifier: MIT
#include "stream/channel.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::stream {

namespace {

/// Hears everything as an x.
struct deaf final : channel {
  ssize_t receive(void* to, std::size_t) noexcept override {
    *static_cast<char*>(to) = 'x';
    return 1;
  }
  ssize_t send(batch& b) noexcept override { return static_cast<ssize_t>(b.bytes); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_channel)

BOOST_AUTO_TEST_CASE(without_a_channel_bytes_go_as_they_are) {
  auto fds = connected_fds();
  far_end const far(std::move(fds.second));
  established e(std::move(fds.first));
  far.say("hello");
  char room[10];
  BOOST_TEST(e.receive(room, sizeof room) == 5);
  batch b;
  b.add("a", 1);
  b.add("bc", 2);
  BOOST_TEST(e.send(b) == 3);
  BOOST_TEST(far.hear() == "abc");
  BOOST_TEST(e.take_channel()->receive(room, sizeof room) == -1);
}

BOOST_AUTO_TEST_CASE(with_one_they_go_through_it) {
  established e(connected_fds().first);
  e.through = std::make_unique<deaf>();
  char room[10];
  BOOST_TEST(e.receive(room, sizeof room) == 1);
  BOOST_TEST(room[0] == 'x');
  BOOST_TEST(e.take_channel()->receive(room, sizeof room) == 1);
  BOOST_TEST(!e.through);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
