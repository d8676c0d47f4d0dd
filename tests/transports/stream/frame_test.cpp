// SPDX-License-Identifier: MIT
#include "stream/frame.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::stream {

BOOST_AUTO_TEST_SUITE(stream_frame)

BOOST_AUTO_TEST_CASE(a_front_is_the_length_of_all_behind_it_and_the_words) {
  message m("body");
  m.header().push(0x01020304);
  m.header().push(0x80000001);
  std::string front(frame_front_size(framing::ipc, m), '?');
  write_frame_front(framing::ipc, m, reinterpret_cast<std::byte*>(front.data()));
  BOOST_TEST(front == std::string("\1\0\0\0\0\0\0\0\14\1\2\3\4\200\0\0\1", 17));
  BOOST_TEST(frame_front_size(framing::tcp, m) == 16u);
  BOOST_TEST(frame_size(framing::tcp, m) == 20u);
}

BOOST_AUTO_TEST_CASE(a_head_is_known_when_its_last_byte_is_there) {
  auto const whole = framed("hello", "\1");
  auto const bytes = std::as_bytes(std::span(whole));
  for (std::size_t n = 0; n != 9; ++n) BOOST_TEST(!read_head(framing::ipc, bytes.first(n)).known);
  BOOST_TEST(read_head(framing::ipc, bytes.first(9)).known);
  BOOST_TEST(read_head(framing::ipc, bytes).size == 5u);
  BOOST_TEST(!read_head(framing::tcp, bytes.subspan(1)).malformed);
}

BOOST_AUTO_TEST_CASE(any_other_first_byte_of_ipc_is_malformed_at_once) {
  for (int byte = 0; byte != 256; ++byte) {
    std::byte const first[] = {static_cast<std::byte>(byte)};
    BOOST_TEST(read_head(framing::ipc, first).malformed == (byte != 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
