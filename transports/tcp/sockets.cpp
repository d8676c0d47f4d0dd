// SPDX-License-Identifier: MIT
#include "tcp/sockets.hpp"

#include <weft/error.hpp>

#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>

namespace weft::tcp {

namespace {

int family_of(std::string_view scheme) noexcept {
  return scheme.ends_with('4') ? AF_INET : scheme.ends_with('6') ? AF_INET6 : AF_UNSPEC;
}

int to_int(std::size_t n) noexcept {
  return static_cast<int>(std::min<std::size_t>(n, std::numeric_limits<int>::max()));
}

template <class Unit>
int whole(clock::duration d) noexcept {
  auto const n = std::chrono::ceil<Unit>(d).count();
  return static_cast<int>(std::clamp<std::int64_t>(n, 1, std::numeric_limits<int>::max()));
}

/// Sets options one after another, until one cannot be set.
class setter {
 public:
  explicit setter(int fd) noexcept : fd_(fd) {}

  setter& set(bool wanted, int level, int name, int value) noexcept {
    return set(wanted, level, name, &value, sizeof value);
  }
  setter& set(bool wanted, int level, int name, void const* value, std::size_t size) noexcept {
    if (wanted && !why_ && ::setsockopt(fd_, level, name, value, static_cast<socklen_t>(size)) != 0)
      why_ = {errno, std::system_category()};
    return *this;
  }
  std::error_code why() const noexcept { return why_; }

 private:
  int fd_;
  std::error_code why_;
};

std::optional<stream::address> address_of_interface(std::string const& name, int family) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owned(list, ::freeifaddrs);
  for (auto const* i = list; i; i = i->ifa_next)
    if (i->ifa_addr && i->ifa_addr->sa_family == family && name == i->ifa_name)
      return stream::address::from(i->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  return {};
}

}  // namespace

setup<route> read(url const& u, bool listening) {
  auto const bad = [&](std::string const& why) { return failure{errc::invalid_url, u.to_string() + ": " + why}; };
  route r{.place = {.host = u.host, .family = family_of(u.scheme), .passive = listening}, .source = {}};
  if (auto const semicolon = u.host.find(';'); semicolon != u.host.npos) {
    if (listening) return bad("a local address before ';' is for dialing");
    r.source = u.host.substr(0, semicolon);
    r.place.host = u.host.substr(semicolon + 1);
  }
  if (r.place.host == "*") r.place.host.clear();
  if (!u.path.empty() && u.path != "/") return bad("nothing may follow the port; found '" + u.path + "'");
  if (!u.query.empty()) return bad("no option '" + u.query.begin()->first + "'");
  if (!u.port) return bad("the port is missing: " + u.scheme + "://host:port");
  if (!listening && r.place.host.empty()) return bad("the host to dial is missing: " + u.scheme + "://host:port");
  if (!listening && *u.port == 0) return bad("port 0 is for listening: nobody can be dialed there");
  r.place.port = *u.port;
  return r;
}

std::error_code apply(tcp_options const& o, int fd, int family) noexcept {
  bool const v6 = family == AF_INET6;
  return setter(fd)
      .set(o.nodelay, IPPROTO_TCP, TCP_NODELAY, 1)
      .set(o.keepalive, SOL_SOCKET, SO_KEEPALIVE, 1)
      .set(o.keepalive_idle > clock::duration::zero(), IPPROTO_TCP, TCP_KEEPIDLE,
           whole<std::chrono::seconds>(o.keepalive_idle))
      .set(o.keepalive_interval > clock::duration::zero(), IPPROTO_TCP, TCP_KEEPINTVL,
           whole<std::chrono::seconds>(o.keepalive_interval))
      .set(o.keepalive_count > 0, IPPROTO_TCP, TCP_KEEPCNT, to_int(o.keepalive_count))
      .set(o.user_timeout > clock::duration::zero(), IPPROTO_TCP, TCP_USER_TIMEOUT,
           whole<std::chrono::milliseconds>(o.user_timeout))
      .set(o.send_buffer > 0, SOL_SOCKET, SO_SNDBUF, to_int(o.send_buffer))
      .set(o.receive_buffer > 0, SOL_SOCKET, SO_RCVBUF, to_int(o.receive_buffer))
      .set(o.tos.has_value(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, o.tos.value_or(0))
      .set(!o.device.empty(), SOL_SOCKET, SO_BINDTODEVICE, o.device.data(), o.device.size())
      .why();
}

std::error_code bind_source(int fd, std::string const& source, int family) {
  if (source.empty()) return {};
  auto numbers = stream::read_number({.host = source, .port = 0, .family = family, .passive = true});
  auto from = numbers && !numbers->empty() ? std::optional((*numbers)[0]) : address_of_interface(source, family);
  if (!from) return std::make_error_code(std::errc::address_not_available);
  from->set_port(0);
  if (::bind(fd, from->get(), from->size) != 0) return stream::bind_error(errno);
  return {};
}

setup<base::unique_fd> listen_at(std::vector<stream::address> const& all, tcp_options const& o,
                                 std::string const& name) {
  std::error_code why = std::make_error_code(std::errc::address_not_available);
  for (auto const& a : all) {
    auto fd = stream::new_socket(a.family());
    if (!fd) {
      why = {errno, std::system_category()};
      continue;
    }
    int const on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int const only = name.substr(0, name.find(':')).ends_with('6');
    if (a.family() == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    // The connections inherit them.
    why = apply(o, fd.get(), a.family());
    if (why) continue;
    if (::bind(fd.get(), a.get(), a.size) == 0 && ::listen(fd.get(), SOMAXCONN) == 0) return fd;
    why = stream::bind_error(errno);
  }
  return failure{why, name + ": cannot listen there: " + why.message()};
}

}  // namespace weft::tcp
