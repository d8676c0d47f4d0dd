// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/url.hpp>

#include <algorithm>
#include <charconv>

namespace weft {

namespace {

constexpr std::size_t longest = 4096;

// For a terminal or a log, which a URL from elsewhere must not steer.
std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, 200));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return "'" + shown + "'";
}

failure bad(std::string_view text, std::string const& why) { return {errc::invalid_url, quoted(text) + ": " + why}; }

bool names_only(std::string_view scheme) {
  for (std::string_view s : {"inproc", "ipc", "unix", "abstract", "ofi+shm", "ofi+sm"})
    if (scheme == s || scheme.ends_with("+" + std::string(s))) return true;
  return false;
}

bool good_scheme(std::string_view s) {
  return !s.empty() && std::ranges::all_of(s, [](unsigned char c) {
    return std::isalnum(c) || c == '+' || c == '-' || c == '.' || c == ';' || c == '_';
  });
}

bool printable(std::string_view s) {
  return std::ranges::all_of(s, [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

std::optional<std::uint16_t> parse_port(std::string_view s) {
  std::uint16_t port = 0;
  auto const [end, why] = std::from_chars(s.data(), s.data() + s.size(), port);
  if (why != std::errc{} || end != s.data() + s.size() || s.empty()) return {};
  return port;
}

// key=value, key; what is empty does not count. Empty on success, else what is wrong.
std::string parse_query(std::string_view text, url& u) {
  while (!text.empty()) {
    auto const pair = text.substr(0, text.find('&'));
    auto const equals = pair.find('=');
    if (equals == 0) return quoted(pair) + " has no name in front of its '='";
    if (!pair.empty())
      u.query.insert_or_assign(std::string(pair.substr(0, equals)),
                               equals == pair.npos ? std::string() : std::string(pair.substr(equals + 1)));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
  }
  return {};
}

// host or [v6], and what stands behind it: empty, or :port. Empty on success, else what is wrong.
std::string split_host(std::string_view text, std::string& host, std::string_view& behind) {
  if (text.starts_with('[')) {
    auto const close = text.find(']');
    if (close == text.npos) return "the '[' of an IPv6 address is never closed";
    host = text.substr(1, close - 1);
    behind = text.substr(close + 1);
    if (!behind.empty() && behind[0] != ':') return "expected ':port' behind ']'";
  } else {
    auto const colon = std::min(text.rfind(':'), text.size());
    host = text.substr(0, colon);
    behind = text.substr(colon);
    if (host.find(':') != std::string::npos) return "an IPv6 address needs brackets: [" + host + "]:port";
  }
  if (host.find_first_of("[]") != std::string::npos) return "brackets go round an IPv6 address, and nowhere else";
  return {};
}

// host, host:port, [v6]:port; in front of it perhaps the local address, and a semicolon.
std::string parse_authority(std::string_view text, url& u) {
  std::string_view behind;
  std::string local;
  if (auto const semicolon = text.find(';'); semicolon != text.npos) {
    if (auto why = split_host(text.substr(0, semicolon), local, behind); !why.empty()) return why;
    if (!behind.empty()) return "a local address, before ';', has no port";
    text.remove_prefix(semicolon + 1);
    local += ';';
  }
  if (auto why = split_host(text, u.host, behind); !why.empty()) return why;
  u.host.insert(0, local);
  if (behind.empty()) return {};
  auto const port = behind.substr(1);
  u.port = port == "*" ? 0 : parse_port(port);
  if (!u.port) return "the port " + quoted(port) + " is not a number from 0 to 65535";
  return {};
}

std::string in_brackets(std::string const& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string authority_text(std::string const& host) {
  auto const semicolon = host.find(';');
  if (semicolon == host.npos) return in_brackets(host);
  return in_brackets(host.substr(0, semicolon)) + ";" + in_brackets(host.substr(semicolon + 1));
}

}  // namespace

setup<url> url::parse(std::string_view text) {
  if (text.size() > longest) return bad(text, "longer than 4096 bytes");
  if (!printable(text)) return bad(text, "spaces and control characters are not allowed");
  auto const colon = text.find("://");
  if (colon == text.npos) return bad(text, "no '://'; expected scheme://address, such as ofi+tcp://host:7000");
  url u;
  u.scheme = text.substr(0, colon);
  if (!good_scheme(u.scheme)) return bad(text, quoted(u.scheme) + " is not a scheme");
  auto rest = text.substr(colon + 3);
  if (auto const mark = rest.find('?'); mark != rest.npos) {
    if (auto why = parse_query(rest.substr(mark + 1), u); !why.empty()) return bad(text, why);
    rest = rest.substr(0, mark);
  }
  if (names_only(u.scheme)) {
    if (rest.empty()) return bad(text, "the name behind '" + u.scheme + "://' is missing");
    u.host = rest;
    return u;
  }
  auto const slash = rest.find('/');
  if (slash != rest.npos) u.path = rest.substr(slash);
  if (auto why = parse_authority(rest.substr(0, slash), u); !why.empty()) return bad(text, why);
  return u;
}

std::string url::to_string() const {
  std::string text = scheme + "://" + (names_only(scheme) ? host : authority_text(host));
  if (port) text += ":" + std::to_string(*port);
  text += path;
  char mark = '?';
  for (auto const& [key, value] : query) {
    text += mark + key + (value.empty() ? "" : "=" + value);
    mark = '&';
  }
  return text;
}

}  // namespace weft
