// SPDX-License-Identifier: MIT
#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct fixture : far_end {
  flow& f = admit();
  std::unique_ptr<small_socket> s = socket_of(f);
  std::uint32_t controls = 0;

  void clear(clearance const& c) {
    BOOST_REQUIRE(send(hand_frame({frame_kind::control, 1, controls++, 0}).clear(c), f));
  }
  std::string ask(std::size_t size) {
    std::string body(size, 'x');
    for (std::size_t i = 0; i != size; ++i) body[i] = static_cast<char>(i * 7 + i / 251);
    s->send(body);
    BOOST_REQUIRE(until([&] { return records(record_kind::request) == 1; }));
    return body;
  }
};

BOOST_FIXTURE_TEST_SUITE(fabric_outgoing, fixture)

BOOST_AUTO_TEST_CASE(nothing_of_a_body_is_sent_before_it_is_cleared) {
  auto const body = ask(100000);
  std::string there(body.size(), '\0');
  auto& chunk = expect(std::as_writable_bytes(std::span(there)), 40);
  turn_for(30ms);
  BOOST_TEST(chunk.times == 0);
  clear({.transfer = 0, .first_id = 40, .offset = 0, .chunk = 100000, .count = 1});
  BOOST_REQUIRE(until([&] { return chunk.times == 1; }));
  BOOST_TEST(chunk.last.bytes == body.size());
  BOOST_TEST((there == body));
}

BOOST_AUTO_TEST_CASE(chunks_go_where_they_were_cleared_to) {
  auto const body = ask(200000);
  std::string there(body.size(), '\0');
  auto const all = std::as_writable_bytes(std::span(there));
  auto& a = expect(all.subspan(0, 70000), 8);
  auto& b = expect(all.subspan(70000, 70000), 9);
  auto& c = expect(all.subspan(140000), 10);
  clear({.transfer = 0, .first_id = 8, .offset = 0, .chunk = 70000, .count = 2});
  clear({.transfer = 0, .first_id = 10, .offset = 140000, .chunk = 70000, .count = 1});
  BOOST_REQUIRE(until([&] { return a.times && b.times && c.times; }));
  BOOST_TEST(c.last.bytes == 60000u);
  BOOST_TEST((there == body));
}

BOOST_AUTO_TEST_CASE(a_clear_with_a_gap_is_malformed) {
  ask(200000);
  clear({.transfer = 0, .first_id = 0, .offset = 70000, .chunk = 70000, .count = 1});
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
}

BOOST_AUTO_TEST_CASE(a_clear_for_another_transfer_is_malformed) {
  ask(200000);
  clear({.transfer = 3, .first_id = 0, .offset = 0, .chunk = 70000, .count = 1});
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
