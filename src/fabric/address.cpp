// SPDX-License-Identifier: MIT
#include <weft/fabric/address.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <rdma/fabric.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace weft::fabric {

namespace {

std::string_view as_text(std::span<std::byte const> raw) noexcept {
  return {reinterpret_cast<char const*>(raw.data()), raw.size()};
}

template <class Address>
std::optional<Address> as(int family, std::span<std::byte const> raw) noexcept {
  if (raw.size() != sizeof(Address)) return {};
  sa_family_t found = AF_UNSPEC;
  std::memcpy(&found, raw.data() + offsetof(sockaddr, sa_family), sizeof found);
  if (found != family) return {};
  Address a;
  std::memcpy(&a, raw.data(), sizeof a);
  return a;
}

auto as_v4(std::span<std::byte const> raw) noexcept { return as<sockaddr_in>(AF_INET, raw); }
auto as_v6(std::span<std::byte const> raw) noexcept { return as<sockaddr_in6>(AF_INET6, raw); }

bool is_v4(std::span<std::byte const> raw) noexcept {
  auto const a = as_v4(raw);
  return a && a->sin_port != 0;
}

bool is_v6(std::span<std::byte const> raw) noexcept {
  auto const a = as_v6(raw);
  return a && a->sin6_port != 0;
}

// "fi_shm://name", ended by a zero. The part before the name is the provider's.
bool is_name_like(std::span<std::byte const> own, std::span<std::byte const> raw) noexcept {
  auto const text = as_text(raw);
  auto const mark = as_text(own).find("://");
  if (mark == std::string_view::npos || text.empty() || text.find('\0') != text.size() - 1) return false;
  return text.size() > mark + 4 && text.substr(0, mark + 3) == as_text(own).substr(0, mark + 3);
}

template <class Address>
raw_address bytes_of(Address const& a) {
  auto const* first = reinterpret_cast<std::byte const*>(&a);
  return {first, first + sizeof a};
}

}  // namespace

bool is_plausible(std::uint32_t format, std::span<std::byte const> raw, std::span<std::byte const> own) noexcept {
  if (raw.empty() || raw.size() > longest_address) return false;
  switch (format) {
    case FI_SOCKADDR:
      return is_v4(raw) || is_v6(raw);
    case FI_SOCKADDR_IN:
      return is_v4(raw);
    case FI_SOCKADDR_IN6:
      return is_v6(raw);
    case FI_ADDR_STR:
      return is_name_like(own, raw);
    default:
      return raw.size() == own.size();
  }
}

bool is_wildcard(std::span<std::byte const> raw) noexcept {
  if (auto const a = as_v4(raw)) return a->sin_addr.s_addr == htonl(INADDR_ANY);
  if (auto const a = as_v6(raw)) return IN6_IS_ADDR_UNSPECIFIED(&a->sin6_addr);
  return false;
}

std::optional<std::uint16_t> port_of(std::span<std::byte const> raw) noexcept {
  if (auto const a = as_v4(raw)) return ntohs(a->sin_port);
  if (auto const a = as_v6(raw)) return ntohs(a->sin6_port);
  return {};
}

std::optional<raw_address> at_host(std::span<std::byte const> raw, std::string_view host) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (getaddrinfo(std::string(host).c_str(), nullptr, &hints, &found) != 0) return {};
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owned(found, freeaddrinfo);
  auto const ip = std::as_bytes(std::span(reinterpret_cast<char const*>(found->ai_addr), found->ai_addrlen));
  if (auto a = as_v4(raw); a && as_v4(ip)) {
    a->sin_addr = as_v4(ip)->sin_addr;
    return bytes_of(*a);
  }
  if (auto a = as_v6(raw); a && as_v6(ip)) {
    a->sin6_addr = as_v6(ip)->sin6_addr;
    a->sin6_scope_id = as_v6(ip)->sin6_scope_id;
    return bytes_of(*a);
  }
  return {};
}

}  // namespace weft::fabric
