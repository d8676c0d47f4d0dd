// SPDX-License-Identifier: MIT
#include "ws/channel.hpp"

#include <weft/error.hpp>

#include "transports/ws/ws_wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ws {

namespace {

using stream::framed;

struct server : channel_end {
  server() : channel_end(side::listens) {}
};
struct strict_server : channel_end {
  strict_server() : channel_end(side::listens, {100}) {}
};
struct client : channel_end {
  client() : channel_end(side::dials) {}
};

/// A server that is told this ends with that code.
void breaks(std::string const& said, unsigned code, errc what = errc::malformed) {
  strict_server s;
  s.far.say(said);
  BOOST_TEST(s.ends() == what);
  BOOST_TEST(s.far.hear() == close_frame(code));
}

/// As it stands on the inner side of the channel.
std::string said(std::string_view body, websocket_kind kind = websocket_kind::binary) {
  auto text = framed(body);
  text[0] = static_cast<char>(text[0] | static_cast<int>(kind) << 6);
  return text;
}

std::string header(unsigned first, unsigned second, std::string_view more = {}) {
  return std::string{static_cast<char>(first), static_cast<char>(second)} + std::string(more);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ws_channel)

BOOST_FIXTURE_TEST_CASE(a_binary_frame_is_a_message, server) {
  far.say(frame(0x82, "hello") + frame(0x82, ""));
  BOOST_TEST(receive() == said("hello") + said(""));
}

BOOST_AUTO_TEST_CASE(frames_may_be_torn_at_every_byte_and_room_be_as_small) {
  auto const all = frame(0x82, "one") + frame(0x02, "tw") + frame(0x89, "ping") + frame(0x80, "o") + frame(0x82, "") +
                   frame(0x82, std::string(300, 'x'));
  auto const wanted = said("one") + said("two") + said("") + said(std::string(300, 'x'));
  for (std::size_t const room : {1, 2, 7, 1000}) {
    server s;
    std::string heard;
    for (char const c : all) {
      s.far.say({&c, 1});
      heard += s.receive(room);
    }
    BOOST_TEST((heard == wanted));
  }
}

BOOST_FIXTURE_TEST_CASE(parts_are_joined, server) {
  far.say(frame(0x02, "a") + frame(0x00, "") + frame(0x00, "bc") + frame(0x80, "d"));
  BOOST_TEST(receive() == said("abcd"));
  far.say(frame(0x02, "") + frame(0x80, ""));
  BOOST_TEST(receive() == said(""));
}

BOOST_FIXTURE_TEST_CASE(a_server_sends_frames_without_masks, server) {
  auto const text = framed("hello") + framed("") + framed(std::string(300, 'x')) + framed(std::string(70'000, 'y'));
  BOOST_TEST(send(text) == static_cast<ssize_t>(text.size()));
  BOOST_TEST((far.hear() == frame(0x82, "hello", false) + frame(0x82, "", false) +
                                frame(0x82, std::string(300, 'x'), false) +
                                frame(0x82, std::string(70'000, 'y'), false)));
}

BOOST_AUTO_TEST_CASE(what_a_client_sends_a_server_hears) {
  auto fds = stream::connected_fds();
  channel a(side::dials, {1 << 22}, std::make_unique<stream::direct>(fds.first.get()));
  channel b(side::listens, {1 << 22}, std::make_unique<stream::direct>(fds.second.get()));
  std::string all;
  for (std::size_t const size : {0, 1, 125, 126, 65535, 65536, 3'000'000})
    all += said(std::string(size, static_cast<char>('a' + size % 26)));
  std::string heard, room(200'000, '\0');
  for (std::size_t sent = 0; sent != all.size() || heard.size() != all.size();) {
    stream::batch batch;
    if (sent != all.size()) batch.add(all.data() + sent, all.size() - sent);
    if (auto const n = a.send(batch); n > 0) sent += static_cast<std::size_t>(n);
    auto const n = b.receive(room.data(), room.size());
    if (n > 0) heard += room.substr(0, static_cast<std::size_t>(n));
    BOOST_TEST_REQUIRE(n != 0);
  }
  BOOST_TEST((heard == all));
}

BOOST_FIXTURE_TEST_CASE(a_client_masks_every_frame_with_another_key, client) {
  BOOST_TEST(send(framed("hello") + framed("hello")) == 26);
  auto const said = far.hear();
  BOOST_TEST_REQUIRE(said.size() == 22u);
  BOOST_TEST(said.substr(2, 4) != said.substr(13, 4));
  BOOST_TEST(said.substr(6, 5) != "hello");
}

BOOST_FIXTURE_TEST_CASE(very_large_messages_go_in_parts, server) {
  auto const text = framed(std::string((2 << 20) + 5, 'x'));
  std::string said;
  for (std::string_view rest = text; !rest.empty(); said += far.hear())
    if (auto const n = send(rest); n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  BOOST_TEST((said == frame(0x02, std::string(1 << 20, 'x'), false) + frame(0x00, std::string(1 << 20, 'x'), false) +
                          frame(0x80, "xxxxx", false)));
}

BOOST_FIXTURE_TEST_CASE(a_ping_is_answered_with_what_it_said, server) {
  far.say(frame(0x89, "are you there?"));
  BOOST_TEST(receive() == "");
  BOOST_TEST(near.wants_to_send());
  BOOST_TEST(send("") == 0);
  BOOST_TEST(far.hear() == frame(0x8a, "are you there?", false));
  BOOST_TEST(!near.wants_to_send());
}

BOOST_FIXTURE_TEST_CASE(of_many_pings_the_last_is_answered, server) {
  for (int i = 0; i != 100; ++i) far.say(frame(0x89, std::to_string(i)));
  (void)receive();
  (void)send("");
  BOOST_TEST(far.hear() == frame(0x8a, "99", false));
}

BOOST_FIXTURE_TEST_CASE(no_pong_stands_inside_a_message, server) {
  auto const text = framed("hello");
  BOOST_TEST(send(text.substr(0, 10)) == 10);
  far.say(frame(0x89, "?"));
  (void)receive();
  BOOST_TEST(send("") == 0);
  BOOST_TEST(send(text.substr(10)) == 3);
  BOOST_TEST(far.hear() == frame(0x82, "hello", false) + frame(0x8a, "?", false));
}

BOOST_FIXTURE_TEST_CASE(a_pong_needs_no_answer, server) {
  far.say(frame(0x8a, "unasked") + frame(0x82, "x"));
  BOOST_TEST(receive() == said("x"));
  BOOST_TEST(!near.wants_to_send());
}

BOOST_FIXTURE_TEST_CASE(a_close_is_a_goodbye_and_is_answered, server) {
  far.say(frame(0x82, "last") + close_frame(1000, true));
  BOOST_TEST(receive() == said("last"));
  BOOST_TEST(!ends());
  BOOST_TEST(far.hear() == close_frame(1000));
}

BOOST_FIXTURE_TEST_CASE(a_close_without_a_reason_is_a_goodbye, server) {
  far.say(frame(0x88, ""));
  BOOST_TEST(!ends());
}

BOOST_FIXTURE_TEST_CASE(a_close_for_a_reason_tells_it, server) {
  far.say(frame(0x88, "\x03\xf1too much"));
  BOOST_TEST(ends() == errc::message_too_large);
  BOOST_TEST(near.fault().detail == "the peer closed the WebSocket with code 1009: too much");
}

BOOST_AUTO_TEST_CASE(text_is_refused) { breaks(frame(0x81, "text"), 1003); }

BOOST_AUTO_TEST_CASE(text_comes_and_goes_where_that_was_agreed) {
  for (auto const& [frames, first] : {std::pair{websocket_frames::either, 0x82u}, {websocket_frames::text, 0x81u}}) {
    channel_end s(side::listens, {.most = 100, .frames = frames});
    s.far.say(frame(0x81, "whole") + frame(0x01, "in ") + frame(0x80, "parts") + frame(0x82, "binary"));
    auto const text = websocket_kind::text;
    BOOST_TEST(s.receive() == said("whole", text) + said("in parts", text) + said("binary"));
    BOOST_TEST(s.send(framed("hello")) == 13);
    BOOST_TEST(s.far.hear() == header(first, 5, "hello"));
    BOOST_TEST(s.send(said("hello") + said("hello", text)) == 26);
    BOOST_TEST(s.far.hear() == header(0x82, 5, "hello") + header(0x81, 5, "hello"));
  }
}

BOOST_FIXTURE_TEST_CASE(nobody_sends_text_where_it_was_not_agreed, server) {
  BOOST_TEST(send(said("hello", websocket_kind::text)) == 13);
  BOOST_TEST(far.hear() == frame(0x82, "hello", false));
}

BOOST_AUTO_TEST_CASE(masks_are_for_clients_and_for_them_alone) {
  breaks(frame(0x82, "x", false), 1002);
  client c;
  c.far.say(frame(0x82, "x", true));
  BOOST_TEST(c.ends() == errc::malformed);
}

BOOST_AUTO_TEST_CASE(bits_and_kinds_that_mean_nothing_are_refused) {
  for (unsigned const bit : {0x40u, 0x20u, 0x10u}) breaks(frame(0x82 | bit, "x"), 1002);
  for (unsigned const kind : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) breaks(frame(0x80 | kind, "x"), 1002);
}

BOOST_AUTO_TEST_CASE(parts_must_come_in_order) {
  breaks(frame(0x80, "no begin"), 1002);
  breaks(frame(0x02, "first") + frame(0x82, "second"), 1002);
  breaks(frame(0x02, "first") + frame(0x02, "second"), 1002);
}

BOOST_AUTO_TEST_CASE(control_frames_are_short_and_whole) {
  breaks(header(0x89, 0xfe, std::string("\0\x7e", 2)), 1002);
  breaks(header(0x09, 0x81), 1002);
  breaks(header(0x88, 0xff), 1002);
}

BOOST_AUTO_TEST_CASE(a_close_has_no_code_or_a_good_one) {
  breaks(frame(0x88, "x"), 1002);
  for (unsigned const code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u, 65535u})
    breaks(close_frame(code, true), 1002);
}

BOOST_AUTO_TEST_CASE(lengths_are_as_short_as_can_be) {
  breaks(header(0x82, 0xfe, std::string("\0\x05xxxx", 6)), 1002);
  breaks(header(0x82, 0xff, std::string("\0\0\0\0\0\0\xff\xffxxxx", 12)), 1002);
}

BOOST_AUTO_TEST_CASE(absurd_lengths_are_refused_before_anything_comes) {
  breaks(header(0x82, 0xff, std::string("\x80\0\0\0\0\0\0\0xxxx", 12)), 1002);
  breaks(header(0x82, 0xff, "\xff\xff\xff\xff\xff\xff\xff\xffxxxx"), 1002);
  breaks(header(0x82, 0xff, "\x7f\xff\xff\xff\xff\xff\xff\xffxxxx"), 1009, errc::message_too_large);
  breaks(header(0x82, 0xff, std::string("\0\0\0\0\xff\xff\xff\xffxxxx", 12)), 1009, errc::message_too_large);
  breaks(frame(0x82, std::string(101, 'x')), 1009, errc::message_too_large);
}

BOOST_AUTO_TEST_CASE(the_limit_is_for_all_parts_together) {
  breaks(frame(0x02, std::string(60, 'x')) + frame(0x00, std::string(41, 'x')), 1009, errc::message_too_large);
  breaks(frame(0x02, "x") + header(0x00, 0xff, "\x7f\xff\xff\xff\xff\xff\xff\xffxxxx"), 1009, errc::message_too_large);
  strict_server s;
  s.far.say(frame(0x02, std::string(60, 'x')) + frame(0x80, std::string(40, 'x')));
  BOOST_TEST(s.receive() == said(std::string(100, 'x')));
}

BOOST_FIXTURE_TEST_CASE(a_hang_up_between_messages_is_a_goodbye, server) {
  far.say(frame(0x82, "last"));
  far.hang_up();
  BOOST_TEST(receive() == said("last"));
  BOOST_TEST(result == 0);
  BOOST_TEST(!near.fault().code);
}

BOOST_AUTO_TEST_CASE(a_hang_up_anywhere_else_is_a_reset) {
  auto const whole = frame(0x82, "hello");
  for (std::size_t n = 1; n != whole.size(); ++n) {
    server s;
    s.far.say(whole.substr(0, n));
    s.far.hang_up();
    (void)s.receive();
    BOOST_TEST(s.near.fault().code == errc::connection_reset);
  }
  server s;
  s.far.say(frame(0x02, "a part"));
  s.far.hang_up();
  (void)s.receive();
  BOOST_TEST(s.near.fault().code == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_said_inside_a_message_not_even_goodbye, server) {
  BOOST_TEST(send(framed("hello").substr(0, 10)) == 10);
  BOOST_TEST(near.farewell());
  BOOST_TEST(far.hear() == frame(0x82, "hello", false).substr(0, 4));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ws
