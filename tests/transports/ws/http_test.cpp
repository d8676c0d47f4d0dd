// SPDX-License-Identifier: MIT
#include "ws/http.hpp"

#include <weft/error.hpp>

#include <boost/test/unit_test.hpp>

namespace weft::ws {

namespace {

std::string const key = "dGhlIHNhbXBsZSBub25jZQ==";

std::string request(std::string const& line = "GET /path?a=b HTTP/1.1", std::string const& more = "") {
  return line + "\r\nHost: here\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + key +
         "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, rep.sp.nanomsg.org\r\n" + more + "\r\n";
}

std::string without(std::string text, std::string const& what, std::string const& instead = "") {
  auto const at = text.find(what);
  BOOST_TEST_REQUIRE(at != text.npos);
  return text.replace(at, what.size(), instead);
}

unsigned status_of(std::string const& text) { return upgrade::read(text).error().status; }

std::error_code fault_in(std::string const& text) { return read_answer(text, key, "rep.sp.nanomsg.org").error().code; }

}  // namespace

BOOST_AUTO_TEST_SUITE(ws_http)

BOOST_AUTO_TEST_CASE(a_head_ends_with_a_blank_line) {
  BOOST_TEST(end_of_head("GET / HTTP/1.1\r\nA: b\r\n\r\nrest") == 24u);
  BOOST_TEST(end_of_head("GET / HTTP/1.1\r\nA: b\r\n\r") == std::string_view::npos);
  BOOST_TEST(!is_no_head("GET / HTTP/1.1\r\n\tx"));
  BOOST_TEST(is_no_head(std::string_view("\0SP\0", 4)));
  BOOST_TEST(is_no_head("\x16\x03\x01"));
  BOOST_TEST(!is_no_head(std::string_view("G\r\n\r\n\0", 6)));
}

BOOST_AUTO_TEST_CASE(a_request_is_read) {
  auto u = upgrade::read(request());
  BOOST_TEST_REQUIRE(u.has_value());
  BOOST_TEST(u->path == "/path");
  BOOST_TEST(u->key == key);
  std::vector<std::string> const wanted{"chat", "rep.sp.nanomsg.org"};
  BOOST_TEST(u->protocols == wanted);
  BOOST_TEST(u->headers.size() == 6u);
  BOOST_TEST(u->headers[0].first == "Host");
  BOOST_TEST(u->headers[0].second == "here");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_request_has_its_number) {
  BOOST_TEST(status_of("no request at all\r\n\r\n") == 400u);
  BOOST_TEST(status_of("") == 400u);
  BOOST_TEST(status_of(request("POST / HTTP/1.1")) == 405u);
  BOOST_TEST(status_of(request("GET / HTTP/1.0")) == 505u);
  BOOST_TEST(status_of(request("GET path HTTP/1.1")) == 400u);
  BOOST_TEST(status_of(request("GET / HTTP/1.1", "Content-Length: 5\r\n")) == 400u);
  BOOST_TEST(status_of(request("GET / HTTP/1.1", "Transfer-Encoding: chunked\r\n")) == 400u);
  BOOST_TEST(status_of(request("GET / HTTP/1.1", "a b\r\n")) == 400u);
  BOOST_TEST(status_of(without(request(), "Upgrade: WebSocket", "Upgrade: h2c")) == 426u);
  BOOST_TEST(status_of(without(request(), "keep-alive, Upgrade", "close")) == 426u);
  BOOST_TEST(status_of(without(request(), "Version: 13", "Version: 8")) == 426u);
  BOOST_TEST(status_of(without(request(), "Version: 13", "Version: 13, 8")) == 426u);
  for (auto const* bad : {"", "short", "dGhlIHNhbXBsZSBub25jZQ=!", "dGhlIHNhbXBsZSBub25jZQAAdGhl"})
    BOOST_TEST(status_of(without(request(), key, bad)) == 400u);
}

BOOST_AUTO_TEST_CASE(a_request_has_bounds) {
  BOOST_TEST(status_of(request("GET / HTTP/1.1", "X: " + std::string(9000, 'x') + "\r\n")) == 431u);
  std::string many;
  for (int i = 0; i != 200; ++i) many += "X: y\r\n";
  BOOST_TEST(status_of(request("GET / HTTP/1.1", many)) == 431u);
}

BOOST_AUTO_TEST_CASE(every_changed_byte_of_a_request_is_read_or_refused) {
  auto const good = request();
  std::size_t refused = 0;
  for (std::size_t i = 0; i != good.size(); ++i)
    for (int const c : {0, 10, 13, 32, 58, 127, 255}) {
      auto bad = good;
      bad[i] = static_cast<char>(c);
      refused += !upgrade::read(bad).has_value();
    }
  BOOST_TEST(refused > good.size());
  for (std::size_t n = 0; n != good.size(); ++n) BOOST_TEST(status_of(good.substr(0, n)) != 0u);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why_and_what_would_do) {
  auto const text = refusal{426, "only WebSocket"}.text();
  BOOST_TEST(text.starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
  BOOST_TEST(text.find("\r\nSec-WebSocket-Version: 13\r\n") != text.npos);
  BOOST_TEST(text.ends_with("Content-Length: 15\r\n\r\nonly WebSocket\n"));
  BOOST_TEST((refusal{404, ""}.text().starts_with("HTTP/1.1 404 Not Found\r\n")));
}

BOOST_AUTO_TEST_CASE(the_example_of_rfc_6455) { BOOST_TEST(answer_to(key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); }

BOOST_AUTO_TEST_CASE(protocols_have_their_names) {
  BOOST_TEST(name_of_protocol(0x11) == "pair1.sp.nanomsg.org");
  BOOST_TEST(name_of_protocol(0x63) == "respondent.sp.nanomsg.org");
  BOOST_TEST(name_of_protocol(0x640) == "");
}

BOOST_AUTO_TEST_CASE(what_is_asked_can_be_read_and_so_can_the_answer) {
  auto const k = new_key();
  BOOST_TEST(k != new_key());
  auto u = upgrade::read(request_text("/p", "host:1", k, "rep.sp.nanomsg.org", {{"X-Token", "abc"}}));
  BOOST_TEST_REQUIRE(u.has_value());
  BOOST_TEST(u->path == "/p");
  BOOST_TEST((u->headers.back() == fields::value_type("X-Token", "abc")));
  auto headers = read_answer(welcome_text(k, "rep.sp.nanomsg.org", {{"Server", "s"}}), k, "rep.sp.nanomsg.org");
  BOOST_TEST_REQUIRE(headers.has_value());
  BOOST_TEST((headers->back() == fields::value_type("Server", "s")));
}

BOOST_AUTO_TEST_CASE(an_answer_must_be_one_to_the_question) {
  auto const good = welcome_text(key, "rep.sp.nanomsg.org", {});
  BOOST_TEST(!fault_in(good));
  BOOST_TEST(fault_in("SSH-2.0-x\r\n\r\n") == errc::malformed);
  BOOST_TEST(fault_in(without(good, "Upgrade: websocket", "Upgrade: h2c")) == errc::malformed);
  BOOST_TEST(fault_in(without(good, "Connection: Upgrade", "Connection: close")) == errc::malformed);
  BOOST_TEST(fault_in(welcome_text(new_key(), "rep.sp.nanomsg.org", {})) == errc::malformed);
  BOOST_TEST(fault_in(welcome_text(key, "req.sp.nanomsg.org", {})) == errc::protocol_mismatch);
  auto const refused = read_answer(refusal{404, "gone"}.text(), key, "x").error();
  BOOST_TEST(refused.code == errc::rejected);
  BOOST_TEST(refused.detail == "the server answers HTTP 404 Not Found");
  auto const other = read_answer(refusal{400, "another", "y"}.text(), key, "x").error();
  BOOST_TEST(other.code == errc::protocol_mismatch);
  BOOST_TEST(other.detail == "the server speaks 'y', not 'x'");
}

BOOST_AUTO_TEST_CASE(headers_that_would_break_the_text_cannot_be_added) {
  BOOST_TEST(!is_forbidden({"Authorization", "Bearer x"}));
  BOOST_TEST(is_forbidden({"", "x"}));
  BOOST_TEST(is_forbidden({"A b", "x"}));
  BOOST_TEST(is_forbidden({"A", "x\r\nB: y"}));
  BOOST_TEST(is_forbidden({"host", "elsewhere"}));
  BOOST_TEST(is_forbidden({"sec-websocket-key", "x"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ws
