// SPDX-License-Identifier: MIT
#include "fabric/hello.hpp"

#include <weft/error.hpp>

#include "fabric/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::ofi {

namespace {

constexpr std::size_t preamble = 8;

hello some_hello() {
  hello h;
  h.self = 0x30;
  h.peer = 0x31;
  h.incarnation = 0x1122334455667788;
  h.identity.fill(std::byte{7});
  h.protocol = 8;
  h.protocol_version = 1;
  h.slot = 0xabcde;
  h.generation = 0xfedcba;
  h.max_message = 1 << 30;
  h.frame_size = 16384;
  h.give = {32, 4};
  h.provider = "net";
  h.address = byte_string(16, std::byte{9});
  return h;
}

std::span<std::byte const> content_of(byte_string const& message) { return std::span(message).subspan(preamble); }

std::optional<hello> decoded(byte_string const& message) { return hello::decode(content_of(message)); }

// The hello with an integer of its content changed.
template <class T>
bool refused_with(std::size_t offset, T value) {
  auto message = some_hello().encode();
  store(message.data() + preamble + offset, value);
  return !decoded(message);
}

lifeline_reader::outcome read_one(std::span<std::byte const> bytes) {
  lifeline_reader reader;
  reader.feed(bytes);
  lifeline_reader::item item;
  return reader.next(item);
}

byte_string bytes_of(std::string_view text) {
  auto const b = std::as_bytes(std::span(text.data(), text.size()));
  return {b.begin(), b.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_hello)

BOOST_AUTO_TEST_CASE(comes_out_as_it_went_in) {
  auto const sent = some_hello();
  auto const got = decoded(sent.encode());
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->self == sent.self);
  BOOST_TEST(got->peer == sent.peer);
  BOOST_TEST(got->incarnation == sent.incarnation);
  BOOST_TEST((got->identity == sent.identity));
  BOOST_TEST(got->protocol == sent.protocol);
  BOOST_TEST(got->protocol_version == sent.protocol_version);
  BOOST_TEST(got->slot == sent.slot);
  BOOST_TEST(got->generation == sent.generation);
  BOOST_TEST(got->max_message == sent.max_message);
  BOOST_TEST(got->frame_size == sent.frame_size);
  BOOST_TEST(got->give.data == sent.give.data);
  BOOST_TEST(got->give.control == sent.give.control);
  BOOST_TEST(got->provider == sent.provider);
  BOOST_TEST((got->address == sent.address));
}

BOOST_AUTO_TEST_CASE(begins_as_the_wire_says) {
  auto const message = some_hello().encode();
  std::uint8_t const wire[] = {1, 'W', 'F', 'T', 1, 0, 91, 0, 0x30, 0, 0x31, 0};
  BOOST_TEST(std::memcmp(message.data(), wire, sizeof wire) == 0);
  BOOST_TEST(message.size() == preamble + 72u + 3u + 16u);
}

BOOST_AUTO_TEST_CASE(is_refused_when_it_is_cut_or_longer_than_it_says) {
  auto message = some_hello().encode();
  for (std::size_t n = 0; n != message.size() - preamble; ++n)
    BOOST_TEST(!hello::decode(content_of(message).first(n)).has_value());
  message.push_back({});
  BOOST_TEST(!decoded(message).has_value());
}

BOOST_AUTO_TEST_CASE(with_links_has_a_key_and_of_a_dialer_no_address) {
  auto sent = some_hello();
  sent.by = path::msg;
  sent.key = 0x0123456789abcdef;
  for (auto const& address : {sent.address, byte_string()}) {
    sent.address = address;
    auto message = sent.encode();
    auto const got = decoded(message);
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST((got->by == path::msg));
    BOOST_TEST(got->key == sent.key);
    BOOST_TEST((got->address == sent.address));
    message.pop_back();
    BOOST_TEST(!decoded(message));
  }
  sent.by = path::rdm;
  BOOST_TEST(!decoded(sent.encode()));  // no address
}

BOOST_AUTO_TEST_CASE(says_whether_its_end_reads_and_may_say_more_that_others_do_not_know) {
  auto sent = some_hello();
  BOOST_TEST(!decoded(sent.encode())->reads);
  sent.reads = true;
  auto message = sent.encode();
  BOOST_TEST(decoded(message)->reads);
  store<std::uint16_t>(message.data() + preamble + 6, 0xfffe);
  BOOST_TEST(!decoded(message).value().reads);
}

BOOST_AUTO_TEST_CASE(with_datagrams_has_a_key_and_an_address_and_no_credits) {
  auto sent = some_hello();
  sent.by = path::dgram;
  sent.key = 0x0123456789abcdef;
  BOOST_TEST(!decoded(sent.encode()));  // credits
  sent.give = {.data = 0, .control = 0};
  auto const got = decoded(sent.encode());
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((got->by == path::dgram));
  BOOST_TEST(got->key == sent.key);
  sent.address.clear();
  BOOST_TEST(!decoded(sent.encode()));
}

BOOST_AUTO_TEST_CASE(is_refused_when_a_field_cannot_be) {
  BOOST_TEST(refused_with<std::uint32_t>(4, 1));  // path: there is no key
  BOOST_TEST(refused_with<std::uint32_t>(4, 2));
  BOOST_TEST(refused_with<std::uint32_t>(4, 3));
  BOOST_TEST(refused_with<std::uint32_t>(40, 1 << 20));  // slot
  BOOST_TEST(refused_with<std::uint32_t>(44, 0));        // generation
  BOOST_TEST(refused_with<std::uint32_t>(44, 1 << 24));
  BOOST_TEST(refused_with<std::uint32_t>(56, 1023));  // frame size
  BOOST_TEST(refused_with<std::uint32_t>(56, 65537));
  BOOST_TEST(refused_with<std::uint16_t>(60, 0));  // data credits
  BOOST_TEST(refused_with<std::uint16_t>(60, 33));
  BOOST_TEST(refused_with<std::uint16_t>(62, 1));  // control credits
  BOOST_TEST(refused_with<std::uint16_t>(62, 5));
  BOOST_TEST(refused_with<std::uint16_t>(68, 0));  // lengths
  BOOST_TEST(refused_with<std::uint16_t>(68, 65));
  BOOST_TEST(refused_with<std::uint16_t>(70, 0xffff));
}

BOOST_AUTO_TEST_CASE(of_the_other_side_of_the_same_protocols_and_provider_is_welcome) {
  auto const mine = some_hello();
  auto theirs = some_hello();
  std::swap(theirs.self, theirs.peer);
  BOOST_TEST(!objection(mine, theirs).has_value());
}

BOOST_AUTO_TEST_CASE(of_another_sp_protocol_is_refused_with_the_numbers) {
  auto const why = objection(some_hello(), some_hello());
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::protocols));
  BOOST_TEST(why->text.find("48 talks to 49") != std::string::npos);
  BOOST_TEST((why->as_failure().code == errc::protocol_mismatch));
}

BOOST_AUTO_TEST_CASE(of_another_path_is_refused_with_what_makes_them_agree) {
  auto const mine = some_hello();
  auto theirs = mine;
  std::swap(theirs.self, theirs.peer);
  theirs.by = path::msg;
  theirs.provider = "tcp";
  auto const why = objection(mine, theirs);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::provider));
  for (auto const* part : {"RDM endpoints of provider net", "MSG endpoints of tcp", "?ep= in both URLs"})
    BOOST_TEST(why->text.find(part) != std::string::npos, why->text);
}

BOOST_AUTO_TEST_CASE(of_another_provider_is_refused_with_both_names) {
  auto theirs = some_hello();
  std::swap(theirs.self, theirs.peer);
  theirs.protocol = 9;
  theirs.provider = "shm";
  auto const why = objection(some_hello(), theirs);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::provider));
  BOOST_TEST(why->text.find("net") != std::string::npos);
  BOOST_TEST(why->text.find("shm") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_last_word)

BOOST_AUTO_TEST_CASE(of_refusal_keeps_its_reason_and_its_text_on_one_line) {
  auto const message = refusal{refusal_reason::room, "no room\nat all"}.encode();
  auto const got = refusal::decode(content_of(message));
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((got->reason == refusal_reason::room));
  BOOST_TEST(got->text == "no room?at all");
  BOOST_TEST((got->as_failure().code == errc::rejected));
}

BOOST_AUTO_TEST_CASE(has_no_control_characters_for_the_readers_terminal) {
  auto const heard = [](std::string said) {
    return refusal::decode(content_of(refusal{refusal_reason::other, std::move(said)}.encode()))->text;
  };
  BOOST_TEST(heard("\x1b[31m\x7f") == "?[31m?");
  BOOST_TEST(heard("\xc2\x9b"
                   "31m, \xc2\x80 and \xc2\x9f") == "?31m, ? and ?");
  BOOST_TEST(heard("caf\xc3\xa9 \xc2\xa7 \xe2\x82\xac") == "caf\xc3\xa9 \xc2\xa7 \xe2\x82\xac");
  BOOST_TEST(heard("\xc2") == "\xc2");
}

BOOST_AUTO_TEST_CASE(that_is_too_long_ends_with_a_whole_character) {
  for (std::string const last : {"e", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\xa7\xb5"})
    for (std::size_t before = 508; before != 513; ++before) {
      std::string const prefix(before, '.');
      auto const text = prefix + last + last;
      auto expected = prefix.substr(0, 512);
      while (expected.size() >= before && expected.size() + last.size() <= 512 && expected.size() < text.size())
        expected += last;
      BOOST_TEST(goodbye::decode(content_of(goodbye{{}, 0, 0, text}.encode()))->text == expected);
    }
}

BOOST_AUTO_TEST_CASE(of_refusal_with_a_reason_of_the_future_is_one_of_the_others) {
  auto message = refusal{refusal_reason::room, ""}.encode();
  store<std::uint16_t>(message.data() + preamble, 99);
  auto const got = refusal::decode(content_of(message));
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((got->reason == refusal_reason::other));
}

BOOST_AUTO_TEST_CASE(of_goodbye_keeps_its_reason_and_its_counts) {
  for (auto const why : {std::error_code(), make_error_code(errc::closed), make_error_code(errc::busy)}) {
    auto const got = goodbye::decode(content_of(goodbye{why, 0xfffffffe, 3, "bye"}.encode()));
    BOOST_TEST_REQUIRE(got.has_value());
    BOOST_TEST((got->why == why));
    BOOST_TEST(got->frames == 0xfffffffeu);
    BOOST_TEST(got->bulks == 3u);
    BOOST_TEST(got->text == "bye");
  }
}

BOOST_AUTO_TEST_CASE(of_goodbye_with_a_reason_nobody_knows_means_a_failure) {
  auto message = goodbye{}.encode();
  store<std::uint16_t>(message.data() + preamble, 777);
  BOOST_TEST((goodbye::decode(content_of(message))->why == errc::connection_reset));
  auto const foreign = goodbye{std::make_error_code(std::errc::no_space_on_device), 0, 0, {}}.encode();
  BOOST_TEST((goodbye::decode(content_of(foreign))->why == errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(of_finish_tells_how_many_frames_there_were) {
  auto const message = finish{12345}.encode();
  BOOST_TEST(finish::decode(content_of(message))->data_frames == 12345u);
  BOOST_TEST(!finish::decode(content_of(message).first(3)).has_value());
}

BOOST_AUTO_TEST_CASE(is_nothing_when_its_lengths_do_not_agree) {
  auto const bye = goodbye{{}, 1, 2, "bye"}.encode();
  for (std::size_t n = 0; n != bye.size() - preamble; ++n)
    BOOST_TEST(!goodbye::decode(content_of(bye).first(n)).has_value());
  auto const no = refusal{refusal_reason::other, "no"}.encode();
  for (std::size_t n = 0; n != no.size() - preamble; ++n)
    BOOST_TEST(!refusal::decode(content_of(no).first(n)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_lifelines_reader)

BOOST_AUTO_TEST_CASE(finds_messages_whatever_the_pieces_they_come_in) {
  auto stream = some_hello().encode();
  auto const second = goodbye{{}, 1, 2, "bye"}.encode();
  stream.insert(stream.end(), second.begin(), second.end());
  for (std::size_t piece = 1; piece < stream.size(); piece += 7) {
    lifeline_reader reader;
    std::string kinds;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
      for (lifeline_reader::item item; reader.next(item) == lifeline_reader::outcome::item;)
        kinds += item.kind == lifeline_kind::hello ? "h" : item.kind == lifeline_kind::goodbye ? "g" : "?";
    }
    BOOST_TEST(kinds == "hg");
  }
}

BOOST_AUTO_TEST_CASE(knows_strangers_by_their_first_bytes) {
  BOOST_TEST((read_one(bytes_of("GE")) == lifeline_reader::outcome::malformed));
  BOOST_TEST((read_one(bytes_of("\1WF")) == lifeline_reader::outcome::more));
  BOOST_TEST((read_one(bytes_of("\1WFX")) == lifeline_reader::outcome::malformed));
}

BOOST_AUTO_TEST_CASE(tells_another_version_and_reads_its_refusal_all_the_same) {
  auto future = some_hello().encode();
  future[0] = std::byte{2};
  BOOST_TEST((read_one(future) == lifeline_reader::outcome::version));
  auto no = refusal{refusal_reason::version, "2 only"}.encode();
  no[0] = std::byte{2};
  BOOST_TEST((read_one(no) == lifeline_reader::outcome::item));
}

BOOST_AUTO_TEST_CASE(waits_for_no_length_that_cannot_be) {
  auto message = some_hello().encode();
  store<std::uint16_t>(message.data() + 6, 1025);
  BOOST_TEST((read_one(message) == lifeline_reader::outcome::malformed));
  message = some_hello().encode();
  message[4] = std::byte{7};
  BOOST_TEST((read_one(message) == lifeline_reader::outcome::malformed));
  message[4] = std::byte{1};
  message[5] = std::byte{1};
  BOOST_TEST((read_one(message) == lifeline_reader::outcome::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
