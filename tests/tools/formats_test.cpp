// SPDX-License-Identifier: MIT
// How weftcat shows a message, and that it takes any.
#include "interop/meeting_place.hpp"
#include "tools/run.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace weft::tools {

namespace {

/// What one weftcat that talks to itself shows of a message.
outcome shown(std::string const& message, words const& format) {
  words all{"--bus", "--listen", "inproc://self", "--dial", "inproc://self", "--file", "-", "--count", "1", "-Z", "0"};
  all.insert(all.end(), format.begin(), format.end());
  return ran(all, message);
}

void shows(std::string const& message, std::string const& format, std::string const& expected) {
  auto const [status, out, err] = shown(message, {format});
  BOOST_TEST(status == 0);
  BOOST_TEST((out == expected), format << " printed " << out.substr(0, 1000));
  BOOST_TEST(err == "");
}

std::string every_byte() {
  std::string all;
  for (int i = 0; i != 256; ++i) all += static_cast<char>(i);
  return all;
}

boost::json::object json_of(std::string const& message) {
  auto const [status, out, err] = shown(message, {"--json"});
  BOOST_TEST(status == 0);
  BOOST_TEST_REQUIRE((!out.empty() && out.find('\n') == out.size() - 1));
  return boost::json::parse(out).as_object();
}

/// The same from nanomsg's tool.
std::string shown_by_nanocat(std::string const& message, std::string const& format) {
  interop::scratch_folder const folder;
  auto const path = folder.path("socket"), printed = folder.path("printed");
  interop::tool const theirs("nanocat", {"--pull", "-X", path, format}, printed);
  // Twice, so that the first is there when the second has come.
  BOOST_TEST(ran({"--push", "-x", path, "--count", "2", "--file", "-"}, message).status == 0);
  auto const ours = shown(message, {format}).out;
  BOOST_TEST(theirs.prints(ours + ours));
  return theirs.printed();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formats)

BOOST_AUTO_TEST_CASE(raw_is_every_byte_and_nothing_else) {
  shows(every_byte(), "--raw", every_byte());
  auto const large = interop::binary(3'000'000);
  shows(large, "--raw", large);
}

BOOST_AUTO_TEST_CASE(ascii_is_a_line_with_dots) { shows("a b~\n\t\x80\xff\"", "-A", "a b~....\"\n"); }

BOOST_AUTO_TEST_CASE(quoted_is_escaped_as_in_c) {
  shows(std::string("a\"b\\c\n\r\t\0\x7f\xc3", 11), "-Q", "\"a\\\"b\\\\c\\n\\r\\t\\x00\\x7f\\xc3\"\n");
  shows("", "--quoted", "\"\"\n");
}

BOOST_AUTO_TEST_CASE(hex_is_every_byte_in_hex) { shows(std::string("a\0\xff", 3), "--hex", "\"\\x61\\x00\\xff\"\n"); }

BOOST_AUTO_TEST_CASE(msgpack_has_three_widths_of_size) {
  using namespace std::string_literals;
  shows("abc", "--msgpack", "\xc4\x03"s + "abc");
  shows(std::string(255, 'x'), "--msgpack", "\xc4\xff" + std::string(255, 'x'));
  shows(std::string(256, 'x'), "--msgpack", "\xc5\x01\x00"s + std::string(256, 'x'));
  shows(std::string(65'536, 'x'), "--msgpack", "\xc6\x00\x01\x00\x00"s + std::string(65'536, 'x'));
}

BOOST_AUTO_TEST_CASE(no_format_prints_nothing) {
  auto const [status, out, err] = shown("hello", {});
  BOOST_TEST(status == 0);
  BOOST_TEST(out + err == "");
  shows("hello", "--format=no", "");
  shows("hello", "--format=ascii", "hello\n");
}

BOOST_AUTO_TEST_CASE(json_is_an_object_a_message) {
  auto const m = json_of("say \"h\xc3\xa9\"\n");
  BOOST_TEST(m.at("text").as_string() == "say \"h\xc3\xa9\"\n");
  BOOST_TEST(m.at("number").to_number<int>() == 1);
  BOOST_TEST(m.at("size").to_number<int>() == 10);
  BOOST_TEST(m.at("peer").as_string() == "inproc://self");
  BOOST_TEST(!m.contains("base64"));
}

BOOST_AUTO_TEST_CASE(json_has_base64_of_what_is_no_text) {
  // Truncated, overlong, a surrogate, and past the last code point.
  for (auto const& [bytes, encoded] : {std::pair{"\xc3", "ww=="},
                                       {"\xc0\xaf", "wK8="},
                                       {"\xed\xa0\x80", "7aCA"},
                                       {"a\xf4\x90\x80\x80", "YfSQgIA="},
                                       {"\xff", "/w=="}}) {
    auto const m = json_of(bytes);
    BOOST_TEST(!m.contains("text"));
    BOOST_TEST(m.at("base64").as_string() == encoded);
  }
  for (auto const* text : {"\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\xe0\xa0\x80", "\xf0\x90\x80\x80"})
    BOOST_TEST(json_of(text).at("text").as_string() == text);
}

BOOST_AUTO_TEST_CASE(nanocat_shows_the_same) {
  if (!interop::is_installed("nanocat")) {
    std::cout << "SKIPPED: nanocat is not installed\n";
    return;
  }
  for (auto const* format : {"--raw", "--ascii", "--quoted", "--hex", "--msgpack"})
    BOOST_TEST(!shown_by_nanocat("a\"b\\c\n\r\x01\x7f~", format).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tools
