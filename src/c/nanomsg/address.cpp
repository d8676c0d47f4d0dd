// SPDX-License-Identifier: MIT
#include "address.hpp"

#include <weft/c/nanomsg/nn.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

// nanomsg checks addresses of TCP and WebSocket before it uses them, and says what is wrong with errors of its own.
namespace weft::nanomsg {

namespace {

bool is_literal(std::string_view host, int family) {
  std::string const text(host);
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return ::inet_pton(family, text.c_str(), ignored.data()) == 1;
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

bool is_literal(std::string_view host, bool ipv4_only) {
  return is_literal(host, AF_INET) || (!ipv4_only && is_literal(without_brackets(host), AF_INET6));
}

std::string text_of(sockaddr const& a) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (a.sa_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, &a, sizeof six);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]";
  }
  sockaddr_in four;
  std::memcpy(&four, &a, sizeof four);
  ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  return text.data();
}

/// The first address of a network interface; an IPv4 one if it has any. Empty when there is none.
std::string address_of_interface(std::string_view name, bool ipv4_only) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const list(first, ::freeifaddrs);
  for (int const family : {AF_INET, AF_INET6}) {
    if (family == AF_INET6 && ipv4_only) break;
    for (auto* i = first; i; i = i->ifa_next)
      if (i->ifa_addr && i->ifa_addr->sa_family == family && name == i->ifa_name) return text_of(*i->ifa_addr);
  }
  return {};
}

/// What stands for a network interface: `*`, its name, or an address of it. Empty when it is nothing of these.
std::string local_address(std::string_view text, bool ipv4_only) {
  if (text == "*") return "*";
  if (is_literal(text, ipv4_only)) return std::string(text);
  return address_of_interface(text, ipv4_only);
}

/// Letters, digits and hyphens between single dots; none of them begins or ends with a hyphen.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  while (true) {
    auto const dot = name.find('.');
    auto const label = name.substr(0, dot);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; }))
      return false;
    if (dot == name.npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

struct parts {
  std::string scheme;
  std::string local{};  // in front of the semicolon
  std::string host{};
  std::string port{};  // with its colon; may be missing for WebSocket
  std::string path{};
};

/// \return nothing when it makes no sense
std::optional<parts> split(std::string scheme, std::string_view rest) {
  parts p{.scheme = std::move(scheme)};
  bool const web = p.scheme == "ws";
  if (auto const slash = rest.find('/'); web && slash != rest.npos) {
    p.path = rest.substr(slash);
    rest = rest.substr(0, slash);
  }
  if (auto const semicolon = rest.find(';'); semicolon != rest.npos) {
    p.local = rest.substr(0, semicolon);
    rest.remove_prefix(semicolon + 1);
  }
  auto const colon = rest.rfind(':');
  bool const named = colon != rest.npos && rest.find(']', colon) == rest.npos;
  if (named && !is_port(rest.substr(colon + 1))) return {};
  if (!named && !web) return {};
  p.host = rest.substr(0, named ? colon : rest.npos);
  p.port = named ? rest.substr(colon) : ":80";
  return p;
}

place assemble(parts const& p, bool ipv4_only) {
  auto const scheme = p.scheme == "tcp" && ipv4_only ? std::string("tcp4") : p.scheme;
  auto const local = p.local.empty() || p.local == "*" ? std::string() : p.local + ";";
  return {.url = scheme + "://" + local + p.host + p.port + p.path};
}

place to_bind(parts p, bool ipv4_only) {
  p.host = p.local.empty() ? local_address(p.host, ipv4_only) : std::string();
  if (p.host.empty()) return {.error = ENODEV};
  return assemble(p, ipv4_only);
}

place to_connect(parts p, bool ipv4_only) {
  if (!p.local.empty()) {
    p.local = local_address(p.local, ipv4_only);
    if (p.local.empty()) return {.error = ENODEV};
  }
  if (!is_literal(p.host, ipv4_only) && !is_host_name(p.host)) return {.error = EINVAL};
  return assemble(p, ipv4_only);
}

place translate(char const* address, bool ipv4_only, place (*in_network)(parts, bool)) {
  if (!address) return {.error = EINVAL};
  std::string_view const text(address, ::strnlen(address, NN_SOCKADDR_MAX));
  if (text.size() >= NN_SOCKADDR_MAX) return {.error = ENAMETOOLONG};
  auto const colon = text.find("://");
  if (colon == text.npos || text.find(':') != colon) return {.error = EINVAL};
  std::string scheme(text.substr(0, colon));
  if (scheme != "tcp" && scheme != "ws") return {.url = std::string(text)};
  auto p = split(std::move(scheme), text.substr(colon + 3));
  if (!p) return {.error = EINVAL};
  return in_network(*std::move(p), ipv4_only);
}

}  // namespace

place place_to_bind(char const* address, bool ipv4_only) { return translate(address, ipv4_only, to_bind); }
place place_to_connect(char const* address, bool ipv4_only) { return translate(address, ipv4_only, to_connect); }

}  // namespace weft::nanomsg
