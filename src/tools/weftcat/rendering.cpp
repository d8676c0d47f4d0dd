// SPDX-License-Identifier: MIT
#include "rendering.hpp"

#include "encodings.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <ctime>
#include <string_view>

namespace weftcat {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

void append_hex(std::string& out, char c) {
  auto const byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += hex_digits[byte >> 4];
  out += hex_digits[byte & 15];
}

std::string ascii(std::string_view body) {
  std::string out;
  out.reserve(body.size() + 1);
  for (char const c : body) out += is_printable(c) ? c : '.';
  return out + '\n';
}

void append_quoted(std::string& out, char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    case '"':
    case '\\':
      out += '\\';
      out += c;
      break;
    default:
      is_printable(c) ? void(out += c) : append_hex(out, c);
  }
}

std::string quoted(std::string_view body, void (*append)(std::string&, char)) {
  std::string out = "\"";
  for (char const c : body) append(out, c);
  return out + "\"\n";
}

/// bin 8, bin 16 or bin 32: the size in 1, 2 or 4 bytes, big endian.
std::string msgpack(std::string_view body) {
  auto const width = body.size() < 0x100 ? 0 : body.size() < 0x10000 ? 1 : 2;
  std::string out(1, static_cast<char>(0xc4 + width));
  for (int shift = 8 << width; (shift -= 8) >= 0;) out += static_cast<char>(body.size() >> shift);
  return out.append(body);
}

std::string utc_now() {
  auto const now = std::chrono::system_clock::now();
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  auto const seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[sizeof "2000-01-01T00:00:00.000Z"];
  auto const length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
  return std::string(text, length) + std::to_string(1000 + ms).substr(1) + "Z";
}

std::string json_line(weft::message const& m, weft::any_socket const& receiver, std::uint64_t number) {
  boost::json::object line{{"number", number}, {"time", utc_now()}, {"size", static_cast<std::uint64_t>(m.size())}};
  line["pipe"] = static_cast<std::uint32_t>(m.source());
  if (auto const pipe = receiver.pipe(m.source()); pipe && !pipe->peer.empty()) line["peer"] = pipe->peer;
  if (is_utf8(m.text()))
    line["text"] = m.text();
  else
    line["base64"] = base64(m.text());
  return boost::json::serialize(line) + "\n";
}

}  // namespace

std::string rendered(weft::message const& m, format f, weft::any_socket const& receiver, std::uint64_t number) {
  switch (f) {
    case format::no:
      return {};
    case format::raw:
      return std::string(m.text());
    case format::ascii:
      return ascii(m.text());
    case format::quoted:
      return quoted(m.text(), append_quoted);
    case format::hex:
      return quoted(m.text(), append_hex);
    case format::msgpack:
      return msgpack(m.text());
    case format::json:
      return json_line(m, receiver, number);
  }
  return {};
}

}  // namespace weftcat
