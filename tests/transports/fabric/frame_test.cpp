// SPDX-License-Identifier: MIT
#include "fabric/frame.hpp"

#include "fabric/tag.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace weft::ofi {

namespace {

using frame_bytes = std::vector<std::byte>;

message with_words(std::string_view text, std::initializer_list<std::uint32_t> words) {
  message m(text);
  for (auto const w : words) m.header().push(w);
  return m;
}

// A data frame of these messages.
frame_bytes frame_of(std::vector<message> const& messages) {
  std::size_t size = frame_header_size;
  for (auto const& m : messages) size += message_record_size(m);
  frame_bytes frame(size);
  frame_header{frame_kind::data, 7, 8, 9}.write(frame.data());
  record_writer out(frame.data() + frame_header_size);
  for (auto const& m : messages) out.add_message(m);
  BOOST_TEST((out.end() == frame.data() + frame.size()));
  return frame;
}

std::string text_of(std::span<std::byte const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

record_reader::outcome first_outcome(frame_bytes const& frame) {
  record r;
  return record_reader(frame).next(r);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_frame)

BOOST_AUTO_TEST_CASE(begins_with_what_its_header_says) {
  frame_bytes frame(frame_header_size);
  frame_header{frame_kind::control, 0x1234, 0x89abcdef, 0x01020304}.write(frame.data());
  std::uint8_t const wire[] = {1, 1, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x89, 4, 3, 2, 1};
  BOOST_TEST(std::memcmp(frame.data(), wire, sizeof wire) == 0);
  auto const h = frame_header::read(frame);
  BOOST_TEST_REQUIRE(h.has_value());
  BOOST_TEST((h->kind == frame_kind::control));
  BOOST_TEST(h->control_seen == 0x1234u);
  BOOST_TEST(h->sequence == 0x89abcdefu);
  BOOST_TEST(h->consumed == 0x01020304u);
}

BOOST_AUTO_TEST_CASE(is_none_when_it_is_short_or_of_another_version_or_kind) {
  frame_bytes frame(frame_header_size);
  frame_header{}.write(frame.data());
  for (std::size_t n = 0; n != frame_header_size; ++n)
    BOOST_TEST(!frame_header::read(std::span(frame).first(n)).has_value());
  frame[0] = std::byte{2};
  BOOST_TEST(!frame_header::read(frame).has_value());
  frame[0] = std::byte{1};
  frame[1] = std::byte{3};
  BOOST_TEST(!frame_header::read(frame).has_value());
}

BOOST_AUTO_TEST_CASE(gives_back_the_messages_put_into_it_words_apart_from_bodies) {
  std::vector<message> messages;
  messages.push_back(with_words("hello", {0x80000001}));
  messages.push_back(message());
  messages.push_back(with_words("x", {1, 2, 3, 4, 5, 6, 0x80000007}));
  auto const frame = frame_of(messages);
  record_reader reader(frame);
  for (auto const& m : messages) {
    record r;
    BOOST_TEST_REQUIRE((reader.next(r) == record_reader::outcome::record));
    BOOST_TEST((r.kind == record_kind::message));
    BOOST_TEST(text_of(r.content) == m.text());
    header words;
    r.words_into(words);
    BOOST_TEST(words.words() == m.header().words(), boost::test_tools::per_element());
  }
  record r;
  BOOST_TEST((reader.next(r) == record_reader::outcome::end));
}

BOOST_AUTO_TEST_CASE(leaves_room_for_a_small_message_within_what_net_injects) {
  auto const m = with_words(std::string(64, 'x'), {0x80000001});
  BOOST_TEST(frame_header_size + message_record_size(m) == 88u);
}

BOOST_AUTO_TEST_CASE(cut_anywhere_is_malformed_or_ends_between_records) {
  std::vector<message> messages;
  messages.push_back(with_words("hello", {1, 2}));
  messages.push_back(with_words("world!", {3}));
  auto const whole = frame_of(messages);
  auto const boundary = frame_header_size + message_record_size(messages[0]);
  for (std::size_t n = frame_header_size; n != whole.size(); ++n) {
    // Memory of exactly that size, so that reading beyond it shows under a sanitizer.
    frame_bytes const cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    record_reader reader(cut);
    auto outcome = record_reader::outcome::record;
    for (record r; outcome == record_reader::outcome::record;) outcome = reader.next(r);
    bool const between = n == frame_header_size || n == boundary;
    BOOST_TEST((outcome == (between ? record_reader::outcome::end : record_reader::outcome::malformed)));
  }
}

BOOST_AUTO_TEST_CASE(that_ends_before_its_records_begin_is_malformed) {
  frame_bytes const header(frame_header_size - 1);
  record r;
  BOOST_TEST((record_reader(header).next(r) == record_reader::outcome::malformed));
  BOOST_TEST((record_reader(std::span<std::byte const>()).next(r) == record_reader::outcome::malformed));
  BOOST_TEST((record_reader(header, header.size()).next(r) == record_reader::outcome::end));
}

BOOST_AUTO_TEST_CASE(with_any_byte_changed_is_read_without_harm) {
  std::vector<message> messages;
  messages.push_back(with_words("hello", {1, 2}));
  auto const whole = frame_of(messages);
  for (std::size_t at = 0; at != whole.size(); ++at)
    for (unsigned value = 0; value != 256; ++value) {
      frame_bytes changed = whole;
      changed[at] = static_cast<std::byte>(value);
      record_reader reader(changed);
      for (record r; reader.next(r) == record_reader::outcome::record;)
        BOOST_TEST_REQUIRE(r.words.size() + r.content.size() <= changed.size());
    }
}

BOOST_AUTO_TEST_CASE(is_malformed_with_an_unknown_record_a_reserved_byte_or_too_many_words) {
  std::vector<message> messages;
  messages.push_back(message("hello"));
  auto frame = frame_of(messages);
  auto* const record_at = frame.data() + frame_header_size;
  for (auto const kind : {0u, 6u, 255u}) {
    store(record_at, static_cast<std::uint8_t>(kind));
    BOOST_TEST((first_outcome(frame) == record_reader::outcome::malformed));
  }
  store<std::uint8_t>(record_at, 1);
  store<std::uint8_t>(record_at + 1, 1);
  BOOST_TEST((first_outcome(frame) == record_reader::outcome::malformed));
  store<std::uint8_t>(record_at + 1, 0);
  store<std::uint16_t>(record_at + 2, 257);
  frame.resize(frame_header_size + record_header_size + 4 * 257 + 5);
  BOOST_TEST((first_outcome(frame) == record_reader::outcome::malformed));
}

BOOST_AUTO_TEST_CASE(carries_a_request_with_the_size_and_the_words_of_its_message) {
  auto m = message::uninitialized(100'000);
  m.header().push(0x80000009);
  frame_bytes frame(frame_header_size + request_record_size(m));
  record_writer(frame.data() + frame_header_size).add_request(m, 3);
  record r;
  BOOST_TEST_REQUIRE((record_reader(frame).next(r) == record_reader::outcome::record));
  BOOST_TEST(r.word_count() == 1u);
  auto const wanted = transfer_request::read(r);
  BOOST_TEST_REQUIRE(wanted.has_value());
  BOOST_TEST(wanted->size == 100'000u);
  BOOST_TEST(wanted->transfer == 3u);
}

BOOST_AUTO_TEST_CASE(carries_an_offer_with_where_the_body_is) {
  auto m = message::uninitialized(100'000);
  m.header().push(0x80000009);
  frame_bytes frame(frame_header_size + request_record_size(m, true));
  record_writer out(frame.data() + frame_header_size);
  out.add_request(m, 3, remote_memory{.address = 0x0102030405060708, .key = 0x1112131415161718});
  BOOST_TEST((out.end() == frame.data() + frame.size()));
  record r;
  BOOST_TEST_REQUIRE((record_reader(frame).next(r) == record_reader::outcome::record));
  BOOST_TEST((r.kind == record_kind::offer));
  BOOST_TEST(r.word_count() == 1u);
  auto const wanted = transfer_request::read(r);
  BOOST_TEST_REQUIRE((wanted && wanted->from));
  BOOST_TEST(wanted->size == 100'000u);
  BOOST_TEST(wanted->transfer == 3u);
  BOOST_TEST(wanted->from->address == 0x0102030405060708u);
  BOOST_TEST(wanted->from->key == 0x1112131415161718u);
  r.kind = record_kind::request;  // of another length
  BOOST_TEST(!transfer_request::read(r));
}

BOOST_AUTO_TEST_CASE(carries_what_is_taken_and_nothing_else_reads_as_that) {
  frame_bytes frame(frame_header_size + taken_record_size);
  record_writer(frame.data() + frame_header_size).add_taken(0x01020304);
  record r;
  BOOST_TEST_REQUIRE((record_reader(frame).next(r) == record_reader::outcome::record));
  BOOST_TEST((read_taken(r) == 0x01020304u));
  BOOST_TEST(!clearance::read(r));
  r.content = r.content.first(3);
  BOOST_TEST(!read_taken(r));
}

BOOST_AUTO_TEST_CASE(carries_clears_and_a_clear_has_no_words) {
  frame_bytes frame(frame_header_size + clear_record_size);
  clearance const c{.transfer = 2, .first_id = 0xabcdef, .offset = 1ull << 40, .chunk = 1 << 20, .count = 4};
  record_writer(frame.data() + frame_header_size).add_clear(c);
  record r;
  BOOST_TEST_REQUIRE((record_reader(frame).next(r) == record_reader::outcome::record));
  auto const got = clearance::read(r);
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->transfer == c.transfer);
  BOOST_TEST(got->first_id == c.first_id);
  BOOST_TEST(got->offset == c.offset);
  BOOST_TEST(got->chunk == c.chunk);
  BOOST_TEST(got->count == c.count);
  BOOST_TEST(!transfer_request::read(r).has_value());

  store<std::uint16_t>(frame.data() + frame_header_size + 2, 1);
  store<std::uint32_t>(frame.data() + frame_header_size + 4, 20);
  BOOST_TEST((first_outcome(frame) == record_reader::outcome::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_tag)

BOOST_AUTO_TEST_CASE(has_the_kind_the_slot_and_the_low_bits_in_their_places) {
  BOOST_TEST(tag::frame(0, 0) == 1ull << 44);
  BOOST_TEST(tag::frame(0xfffff, 0xffffff) == 0x1fffffffffffull);
  BOOST_TEST(tag::bulk(0x12345, 0x6789ab) == 0x2123456789abull);
  BOOST_TEST(tag::slot_of(0x2123456789ab) == 0x12345u);
  BOOST_TEST(tag::low_of(0x2123456789ab) == 0x6789abu);
}

BOOST_AUTO_TEST_CASE(of_a_frame_matches_the_pool_and_one_of_bulk_does_not) {
  BOOST_TEST((tag::frame(77, 99) & ~tag::any) == tag::frame(0, 0));
  BOOST_TEST((tag::bulk(77, 99) & ~tag::any) != tag::frame(0, 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
