// SPDX-License-Identifier: MIT
#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <string>

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

// Outlives the endpoint that has it registered.
struct users_body {
  std::string body = std::string(100000, 'o');
  int given_back = 0;
};

struct offering : users_body, far_end {
  offering() : far_end("ofi+tcp", "read") {
    BOOST_REQUIRE(until([&] { return s->can_send(); }));
    s->send(message::adopt(std::as_writable_bytes(std::span(body)), [this] { ++given_back; }));
    BOOST_REQUIRE(until([&] { return records(record_kind::offer) == 1; }));
    for (auto const& bytes : frames) {
      record_reader reader(bytes);
      for (record r; reader.next(r) == record_reader::outcome::record;)
        if (auto const o = transfer_request::read(r)) offer = *o;
    }
  }
  fabric::noted& read(std::span<char> into) {
    auto& op = operations.emplace_back();
    BOOST_REQUIRE(until([&] {
      return peer->read(op, into.data(), into.size(), nullptr, to_home, offer.from->address, offer.from->key) == 0;
    }));
    BOOST_REQUIRE(until([&] { return op.times == 1; }));
    return op;
  }
  void say_taken(std::uint32_t number) {
    BOOST_REQUIRE(send(hand_frame({frame_kind::control, 1, controls++, 0}).taken(number), f));
  }
  bool is_malformed() {
    return until([&] { return s->is_over(); }) && *s->closed == make_error_code(errc::malformed);
  }

  std::deque<fabric::noted> operations;
  flow& f = admit();
  std::unique_ptr<small_socket> s = socket_of(f);
  transfer_request offer;
  std::uint32_t controls = 0;
};

BOOST_FIXTURE_TEST_SUITE(fabric_outgoing_by_reading, offering)

BOOST_AUTO_TEST_CASE(a_body_can_be_read_until_it_is_taken_and_then_no_more) {
  BOOST_TEST(offer.size == body.size());
  std::string there(body.size(), '\0');
  BOOST_TEST(!read(there).last.error);
  BOOST_TEST((there == body));
  BOOST_TEST(given_back == 0);
  BOOST_TEST(home->busy());
  say_taken(offer.transfer);
  BOOST_REQUIRE(until([&] { return given_back == 1; }));
  BOOST_TEST(until([&] { return !home->busy(); }));
  BOOST_TEST(bool(read(there).last.error));
}

BOOST_AUTO_TEST_CASE(each_body_has_a_key_of_its_own) {
  auto const first = offer.from->key;
  say_taken(offer.transfer);
  BOOST_REQUIRE(until([&] { return given_back == 1; }));
  s->send(body);
  BOOST_REQUIRE(until([&] { return records(record_kind::offer) == 2; }));
  record_reader reader(frames.back());
  record r;
  BOOST_REQUIRE((reader.next(r) == record_reader::outcome::record));
  BOOST_TEST(transfer_request::read(r)->from->key != first);
}

BOOST_AUTO_TEST_CASE(what_is_taken_twice_is_malformed) {
  say_taken(offer.transfer);
  say_taken(offer.transfer);
  BOOST_TEST(is_malformed());
}

BOOST_AUTO_TEST_CASE(to_take_what_was_not_offered_is_malformed) {
  for (auto const number : {offer.transfer + 1, most_transfers, ~std::uint32_t{0}}) {
    auto& g = admit();
    auto const other = socket_of(g);
    BOOST_REQUIRE(send(hand_frame({frame_kind::control, 0, 0, 0}).taken(number), g));
    BOOST_REQUIRE(until([&] { return other->is_over(); }));
    BOOST_TEST(*other->closed == make_error_code(errc::malformed));
  }
  say_taken(offer.transfer + 1);
  BOOST_TEST(is_malformed());
  BOOST_TEST(given_back == 0);  // it may be reading still
}

BOOST_AUTO_TEST_CASE(to_clear_what_was_offered_is_malformed) {
  BOOST_REQUIRE(send(hand_frame({frame_kind::control, 1, controls++, 0})
                         .clear({.transfer = offer.transfer, .chunk = 100000, .count = 1}),
                     f));
  BOOST_TEST(is_malformed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(to_take_what_was_requested_is_malformed, fixture) {
  ask(100000);
  BOOST_REQUIRE(send(hand_frame({frame_kind::control, 1, controls++, 0}).taken(0), f));
  BOOST_REQUIRE(until([&] { return s->is_over(); }));
  BOOST_TEST(*s->closed == make_error_code(errc::malformed));
}

}  // namespace

}  // namespace weft::ofi
