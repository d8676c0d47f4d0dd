// SPDX-License-Identifier: MIT
#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

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

struct reading : far_end {
  reading() : far_end("ofi+tcp", "read") {}

  flow& f = admit();
  std::unique_ptr<small_socket> s = socket_of(f);
  std::vector<std::byte> body = std::vector<std::byte>((5 << 20) + 3, std::byte{'r'});
  std::uint32_t data_frames = 0;

  frame_header next_header() {
    return {frame_kind::data, static_cast<std::uint16_t>(count(frame_kind::control)), data_frames++, 0};
  }
  fabric::region expose() { return fabric::region::expose(*peer, body, 4711).value(); }
  void offer(std::size_t size, std::uint32_t number, remote_memory const& from) {
    BOOST_REQUIRE(send(hand_frame(next_header()).offer(size, number, from), f));
  }
  void offer(fabric::region const& r, std::uint32_t number = 2) { offer(body.size(), number, {r.address(), r.key()}); }
  std::vector<std::uint32_t> taken() const {
    std::vector<std::uint32_t> all;
    for (auto const& bytes : frames) {
      record_reader reader(bytes);
      for (record r; reader.next(r) == record_reader::outcome::record;)
        if (auto const number = read_taken(r)) all.push_back(*number);
    }
    return all;
  }
  bool ends_in(errc why) {
    return until([&] { return s->is_over(); }) && *s->closed == make_error_code(why) && s->inbox.empty();
  }
};

BOOST_FIXTURE_TEST_SUITE(fabric_incoming_by_reading, reading)

BOOST_AUTO_TEST_CASE(an_offer_is_read_where_it_is_and_taken_once) {
  auto const r = expose();
  offer(r);
  turn_for(std::chrono::milliseconds(30));
  BOOST_TEST(f.is_stranded() == false);  // nothing is read before the socket has room
  s->grant(1);
  BOOST_REQUIRE(until([&] { return s->count() == 1 && !taken().empty(); }));
  BOOST_TEST(s->inbox.front().size() == body.size());
  BOOST_TEST(std::ranges::equal(s->inbox.front().body(), body));
  BOOST_REQUIRE(taken().size() == 1u);
  BOOST_TEST(taken().front() == 2u);
}

BOOST_AUTO_TEST_CASE(a_number_may_be_used_again_once_it_is_taken_and_not_before) {
  auto const r = expose();
  s->grant(10);
  for (std::size_t i = 1; i != 7; ++i) {
    offer(r, 3);
    BOOST_REQUIRE(until([&] { return s->answer(), taken().size() == i; }));
  }
  BOOST_TEST(until([&] { return s->count() == 6; }));
  BOOST_REQUIRE(send(hand_frame(next_header())
                         .offer(body.size(), 3, {r.address(), r.key()})
                         .offer(body.size(), 3, {r.address(), r.key()}),
                     f));
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
  BOOST_REQUIRE(until([&] { return !f.is_stranded(); }));  // what was being read: `body` must stay until then
}

BOOST_AUTO_TEST_CASE(a_wrong_key_ends_the_connection) {
  auto const r = expose();
  s->grant(1);
  offer(body.size(), 0, {r.address(), r.key() + 1});
  BOOST_TEST(ends_in(errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(a_body_longer_than_what_is_exposed_ends_the_connection) {
  auto const r = expose();
  s->grant(1);
  offer(body.size() + 1, 0, {r.address(), r.key()});
  BOOST_TEST(ends_in(errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_end_of_all_memory_is_malformed) {
  s->grant(1);
  offer(body.size(), 0, {~std::uint64_t{0} - body.size() + 2, 1});
  BOOST_TEST(ends_in(errc::malformed));
}

BOOST_AUTO_TEST_CASE(a_body_of_nothing_or_of_too_much_is_malformed_and_not_made_room_for) {
  for (std::size_t const size : {std::size_t{0}, std::size_t{(1 << 24) + 1}}) {
    auto& victim = admit();
    auto const there = socket_of(victim);
    there->grant(1);
    BOOST_REQUIRE(send(hand_frame({}).offer(size, 0, {0, 1}), victim));
    BOOST_REQUIRE(until([&] { return there->is_over(); }));
    BOOST_TEST(*there->closed == make_error_code(errc::malformed));
  }
}

// Its memory is the peer's: who hears goodbye takes that back, and a read that fails then may take others with it.
BOOST_AUTO_TEST_CASE(an_end_waits_for_what_is_being_read) {
  auto const r = expose();
  s->grant(1);
  offer(r);
  BOOST_REQUIRE(until([&] { return s->answer(), f.is_stranded(); }));
  s->close(errc::closed);
  BOOST_TEST(s->is_over());  // the socket does not wait
  BOOST_TEST(home->busy());
  BOOST_TEST(until([&] { return !home->busy(); }));
  BOOST_TEST(!f.is_stranded());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(an_offer_that_was_not_agreed_on_is_malformed, fixture) {
  s->grant(1);
  BOOST_REQUIRE(send(hand_frame({}).offer(50000, 0, {1, 1}), f));
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
}

}  // namespace

}  // namespace weft::ofi
