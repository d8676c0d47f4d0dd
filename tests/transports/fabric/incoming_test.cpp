// SPDX-License-Identifier: MIT
#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ofi {

namespace {

struct fixture : far_end {
  flow& f = admit();
  std::unique_ptr<small_socket> s = socket_of(f);

  std::vector<clearance> clears() const {
    std::vector<clearance> all;
    for (auto const& bytes : frames) {
      record_reader reader(bytes);
      for (record r; reader.next(r) == record_reader::outcome::record;)
        if (auto const c = clearance::read(r)) all.push_back(*c);
    }
    return all;
  }
  void send_chunk(std::string_view bytes, std::uint32_t id) {
    BOOST_REQUIRE(send(std::as_bytes(std::span(bytes)), tag::bulk(f.place().slot, id)));
  }
};

BOOST_FIXTURE_TEST_SUITE(fabric_incoming, fixture)

BOOST_AUTO_TEST_CASE(a_request_is_cleared_once_the_socket_has_room) {
  BOOST_REQUIRE(send(hand_frame({}).request(50000, 1), f));
  turn_for(std::chrono::milliseconds(30));
  BOOST_TEST(clears().empty());
  s->grant(1);
  BOOST_REQUIRE(until([&] { return s->answer(), clears().size() == 1; }));
  auto const c = clears().front();
  BOOST_TEST(c.transfer == 1u);
  BOOST_TEST(c.offset == 0u);
  BOOST_TEST(c.count == 1u);
  BOOST_TEST(c.chunk >= 50000u);
}

BOOST_AUTO_TEST_CASE(a_message_behind_a_large_one_waits_for_it) {
  s->grant(10);
  BOOST_REQUIRE(send(hand_frame({}).say("before").request(50000, 0).say("behind"), f));
  BOOST_REQUIRE(until([&] { return s->count() == 1 && clears().size() == 1; }));
  std::string const body(50000, 'y');
  send_chunk(body, clears().front().first_id);
  BOOST_REQUIRE(until([&] { return s->count() == 3; }));
  BOOST_TEST(s->next_text() == "before");
  BOOST_TEST((s->next_text() == body));
  BOOST_TEST(s->next_text() == "behind");
}

BOOST_AUTO_TEST_CASE(a_chunk_of_another_length_is_malformed) {
  s->grant(10);
  BOOST_REQUIRE(send(hand_frame({}).request(50000, 0), f));
  BOOST_REQUIRE(until([&] { return s->answer(), clears().size() == 1; }));
  send_chunk(std::string(49999, 'y'), clears().front().first_id);
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
  BOOST_TEST(s->inbox.empty());
}

BOOST_AUTO_TEST_CASE(four_transfers_at_a_time_are_cleared_whatever_their_order) {
  s->grant(10);
  BOOST_REQUIRE(send(hand_frame({}).request(20000, 3).request(20001, 0).request(20002, 2).request(20003, 1), f));
  BOOST_REQUIRE(until([&] { return s->answer(), clears().size() == 4; }));
  std::size_t const sizes[] = {20001, 20003, 20002, 20000};
  auto const all = clears();
  for (auto it = all.rbegin(); it != all.rend(); ++it) send_chunk(std::string(sizes[it->transfer], 'z'), it->first_id);
  BOOST_REQUIRE(until([&] { return s->count() == 4; }));
  for (std::size_t size : {20000u, 20001u, 20002u, 20003u}) BOOST_TEST(s->next_text().size() == size);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
