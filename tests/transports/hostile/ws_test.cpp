// SPDX-License-Identifier: MIT
// Peers that mean no good, over WebSocket: each is counted by what it did, and nobody else suffers.
#include "stream/address.hpp"
#include "transports/hostile/besieged.hpp"
#include "transports/ws/ws_wire.hpp"

#include <vector>

namespace weft::hostile {

namespace {

using enum fault_kind;
using ws::close_frame;
using ws::frame;

std::string const wants_websocket =
    "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
std::string const as_req = "Sec-WebSocket-Protocol: rep.sp.nanomsg.org\r\n";
std::string const good = "GET /sp HTTP/1.1\r\n" + wants_websocket + as_req + "\r\n";

std::string without(std::string text, std::string const& line) {
  auto const at = text.find(line);
  BOOST_TEST_REQUIRE(at != text.npos);
  return text.erase(at, text.find("\r\n", at) + 2 - at);
}
std::string with(std::string const& lines) {
  return "GET /sp HTTP/1.1\r\n" + wants_websocket + as_req + lines + "\r\n";
}

std::string many_headers() {
  std::string all;
  for (int i = 0; i != 200; ++i) all += "X-" + std::to_string(i) + ": x\r\n";
  return all;
}

std::string header(unsigned first, unsigned second, std::string_view more = {}) {
  return std::string{static_cast<char>(first), static_cast<char>(second)} + std::string(more);
}

std::vector<misdeed> const requests = {
    {"no HTTP", fault_kind::upgrade, "\r\n\r\nhello\r\n\r\n"},
    {"POST", fault_kind::upgrade, "POST /sp HTTP/1.1\r\n" + wants_websocket + as_req + "\r\n"},
    {"HTTP/1.0", fault_kind::upgrade, "GET /sp HTTP/1.0\r\n" + wants_websocket + as_req + "\r\n"},
    {"a path where nobody listens", fault_kind::upgrade, "GET /other HTTP/1.1\r\n" + wants_websocket + as_req + "\r\n"},
    {"no upgrade", fault_kind::upgrade, without(good, "Upgrade: ")},
    {"no connection", fault_kind::upgrade, without(good, "Connection: ")},
    {"no version", fault_kind::upgrade, without(good, "Sec-WebSocket-Version: ")},
    {"no key", fault_kind::upgrade, without(good, "Sec-WebSocket-Key: ")},
    {"a body", fault_kind::upgrade, with("Content-Length: 5\r\n") + "hello"},
    {"a body in chunks", fault_kind::upgrade, with("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
    {"NUL in a header", fault_kind::upgrade, with(std::string("X: \0\r\n", 6))},
    {"many headers", fault_kind::upgrade, with(many_headers())},
    {"a long header", fault_kind::upgrade, with("X: " + std::string(20'000, 'x') + "\r\n")},
    {"no sub-protocol", wrong_protocol, without(good, "Sec-WebSocket-Protocol: ")},
    {"another sub-protocol", wrong_protocol,
     "GET /sp HTTP/1.1\r\n" + wants_websocket + "Sec-WebSocket-Protocol: pull.sp.nanomsg.org\r\n\r\n"},
    {"half a request", silent, good.substr(0, 40)},
    {"half a request, and away", left_early, good.substr(0, 40), misdeed::hangs_up},
};

std::vector<misdeed> const frames = {
    {"no mask", ws_mask, good + frame(0x82, "x", false)},
    {"a length that is too long", ws_length, good + header(0x82, 0xfe, std::string("\0\x05xxxx", 6))},
    {"a length with bit 63", ws_length, good + header(0x82, 0xff, std::string("\x80\0\0\0\0\0\0\0xxxx", 12))},
    {"a huge length", too_large, good + header(0x82, 0xff, "\x7f\xff\xff\xff\xff\xff\xff\xffxxxx")},
    {"huge together", too_large, good + frame(0x02, "x") + header(0x00, 0xff, "\x7f\xff\xff\xff\xff\xff\xff\xffxxxx")},
    {"no beginning", ws_order, good + frame(0x80, "x")},
    {"two beginnings", ws_order, good + frame(0x02, "x") + frame(0x82, "y")},
    {"a long ping", ws_control, good + header(0x89, 0xfe, std::string("\0\x7e", 2))},
    {"a ping in parts", ws_control, good + header(0x09, 0x81)},
    {"half a close", ws_control, good + frame(0x88, "x")},
    {"a close with a bad code", ws_control, good + close_frame(999, true)},
    {"text", ws_text, good + frame(0x81, "text")},
    {"a reserved bit", ws_opcode, good + frame(0xc2, "x")},
    {"an unknown opcode", ws_opcode, good + frame(0x83, "x")},
    {"an unknown control frame", ws_opcode, good + frame(0x8b, "x")},
    {"a part of a frame, and away", truncated, good + frame(0x82, "hello").substr(0, 8), misdeed::reads_and_hangs_up},
    {"a part of a message, and away", truncated, good + frame(0x02, "hello"), misdeed::reads_and_hangs_up},
    {"breaks off", fault_kind::reset, good, misdeed::resets},
    {"breaks off in a message", reset_in_message, good + frame(0x82, "hello").substr(0, 8), misdeed::resets},
};

struct over_ws : besieged {
  over_ws() : besieged("ws://127.0.0.1:0/sp", {.handshake_timeout = 100ms}) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_ws)

BOOST_FIXTURE_TEST_CASE(each_bad_request_has_its_counter, over_ws) {
  for (auto const& m : requests) suffers(m);
}

BOOST_FIXTURE_TEST_CASE(each_bad_frame_has_its_counter, over_ws) {
  for (auto const& m : frames) suffers(m);
}

BOOST_FIXTURE_TEST_CASE(pings_without_end_cost_no_memory, over_ws) {
  auto const peer = knock();
  peer.say(good);
  BOOST_TEST(serves_until([this] { return rep.peers() == 2; }));
  auto const before = resident_bytes();
  std::string pings;
  for (int i = 0; i != 500; ++i) pings += frame(0x89, std::string(125, 'p'));
  // Their answers are never read.
  for (int i = 0; i != 300; ++i) {
    (void)::send(peer.fd(), pings.data(), pings.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    talk();
  }
  BOOST_TEST(resident_bytes() < before + (8u << 20));
}

BOOST_AUTO_TEST_CASE(dialers_count_what_they_meet) {
  engine e;
  base::unique_fd const listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_TEST_REQUIRE(::bind(listening.get(), reinterpret_cast<sockaddr const*>(&here), sizeof here) == 0);
  BOOST_TEST_REQUIRE(::listen(listening.get(), 10) == 0);
  auto const url = "ws://127.0.0.1:" + std::to_string(stream::local_address(listening.get()).port()) + "/";
  for (auto const* says : {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                           "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: rep.sp.nanomsg.org\r\n\r\n"}) {
    req_socket req(e);
    monitor events(req);
    req.dial(url, {.retry_min = 10s, .retry_max = 10s});
    far_end const peer(base::unique_fd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    peer.say(says);
    BOOST_TEST((test::next(events).fault == fault_kind::upgrade));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hostile
