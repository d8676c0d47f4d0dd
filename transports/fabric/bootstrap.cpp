// SPDX-License-Identifier: MIT
#include "fabric/bootstrap.hpp"

#include <weft/error.hpp>

#include "base/process.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>

namespace weft::ofi {

namespace {

using fabric::bootstrap_kind;

bool is_wildcard(std::string const& host) { return host.empty() || host == "*"; }

socket_address from(sockaddr const* a, socklen_t size) noexcept {
  socket_address s;
  std::memcpy(&s.storage, a, size);
  s.size = size;
  return s;
}

// One user's names are not another's.
std::string abstract_name(std::string const& name) { return "weft/shm/" + std::to_string(::getuid()) + "/" + name; }

setup<std::vector<socket_address>> resolve_name(url const& u) {
  auto const name = abstract_name(u.host);
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (name.size() > sizeof a.sun_path - 1)
    return failure{errc::invalid_url, u.to_string() + ": the name is too long by " +
                                          std::to_string(name.size() - (sizeof a.sun_path - 1)) + " characters"};
  std::memcpy(a.sun_path + 1, name.data(), name.size());
  return std::vector{
      from(reinterpret_cast<sockaddr*>(&a), static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()))};
}

void set_port(socket_address& a, std::uint16_t port) noexcept {
  if (a.family() == AF_INET) reinterpret_cast<sockaddr_in&>(a.storage).sin_port = htons(port);
  if (a.family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(a.storage).sin6_port = htons(port);
}

// IPv4 first: that is what most providers have.
setup<std::vector<socket_address>> addresses_of(std::string const& interface) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return failure{{errno, std::system_category()}, "getifaddrs"};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owned(list, ::freeifaddrs);
  std::vector<socket_address> found;
  std::string names;
  for (int const family : {AF_INET, AF_INET6})
    for (auto const* i = list; i; i = i->ifa_next) {
      if (family == AF_INET && names.find(std::string(" ") + i->ifa_name + ",") == names.npos)
        names += std::string(" ") + i->ifa_name + ",";
      if (i->ifa_addr && i->ifa_addr->sa_family == family && interface == i->ifa_name)
        found.push_back(from(i->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6)));
    }
  if (!names.empty()) names.pop_back();
  if (found.empty())
    return failure{errc::invalid_url,
                   "?iface=" + interface + ": no such interface, or it has no address; there are" + names};
  return found;
}

setup<std::vector<socket_address>> look_up(url const& u, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  auto const service = std::to_string(*u.port);
  std::string const host = is_wildcard(u.host) ? "0.0.0.0" : u.host;
  // A number needs no asking, and no waiting.
  hints.ai_flags |= AI_NUMERICHOST;
  int rc = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
  if (rc == EAI_NONAME) {
    hints.ai_flags &= ~AI_NUMERICHOST;
    rc = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
  }
  if (rc != 0) return failure{errc::connection_refused, u.to_string() + ": host '" + host + "': " + ::gai_strerror(rc)};
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owned(list, ::freeaddrinfo);
  std::vector<socket_address> found;
  for (auto const* a = list; a; a = a->ai_next)
    if (a->ai_family == AF_INET || a->ai_family == AF_INET6) found.push_back(from(a->ai_addr, a->ai_addrlen));
  return found;
}

std::error_code listen_error(int error) noexcept {
  if (error == EADDRINUSE) return errc::address_in_use;
  return {error, std::system_category()};
}

}  // namespace

std::string socket_address::host() const {
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1] = "";
  if (family() == AF_INET6) {
    auto const& a = reinterpret_cast<sockaddr_in6 const&>(storage);
    if (IN6_IS_ADDR_V4MAPPED(&a.sin6_addr)) return ::inet_ntop(AF_INET, &a.sin6_addr.s6_addr[12], text, sizeof text);
  } else if (family() != AF_INET) {
    return {};
  }
  ::getnameinfo(get(), size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

std::uint16_t socket_address::port() const noexcept {
  if (family() == AF_INET) return ntohs(reinterpret_cast<sockaddr_in const&>(storage).sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6 const&>(storage).sin6_port);
  return 0;
}

bool socket_address::is_any() const noexcept {
  if (family() == AF_INET) return reinterpret_cast<sockaddr_in const&>(storage).sin_addr.s_addr == htonl(INADDR_ANY);
  if (family() == AF_INET6) return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<sockaddr_in6 const&>(storage).sin6_addr);
  return false;
}

std::optional<failure> check_place(url const& u, bootstrap_kind kind, bool listening) {
  auto const bad = [&](std::string const& why) { return failure{errc::invalid_url, u.to_string() + ": " + why}; };
  if (kind == bootstrap_kind::unix_domain) {
    if (u.host.empty()) return bad("the name is missing: " + u.scheme + "://name");
    return {};
  }
  if (!u.path.empty()) return bad("nothing may follow the port but a query; found '" + u.path + "'");
  if (!u.port) return bad("the port is missing: " + u.scheme + "://host:port");
  if (!listening && is_wildcard(u.host)) return bad("the host to dial is missing: " + u.scheme + "://host:port");
  if (!listening && *u.port == 0) return bad("port 0 is for listening: nobody can be dialed there");
  return {};
}

setup<std::vector<socket_address>> resolve(url const& u, bootstrap_kind kind, bool listening) {
  if (kind == bootstrap_kind::unix_domain) return resolve_name(u);
  auto const interface = u.query_or("iface", "");
  if (!listening || interface.empty() || !is_wildcard(u.host)) return look_up(u, listening ? AI_PASSIVE : 0);
  auto found = addresses_of(interface);
  if (found)
    for (auto& a : *found) set_port(a, *u.port);
  return found;
}

setup<std::optional<socket_address>> source_address(url const& u, int family) {
  auto const interface = u.query_or("iface", "");
  if (interface.empty()) return std::optional<socket_address>();
  auto found = addresses_of(interface);
  if (!found) return found.error();
  for (auto& a : *found)
    if (a.family() == family) return std::optional(a);
  return failure{errc::invalid_url, "?iface=" + interface + ": it has no address of the other end's kind"};
}

setup<base::unique_fd> listen_at(std::vector<socket_address> const& addresses, std::string const& url_text) {
  int error = EADDRNOTAVAIL;
  for (auto const& a : addresses) {
    base::unique_fd fd(::socket(a.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    int const on = 1;
    if (fd && a.family() != AF_UNIX) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd && ::bind(fd.get(), a.get(), a.size) == 0 && ::listen(fd.get(), SOMAXCONN) == 0) return fd;
    error = errno;
  }
  auto const code = listen_error(error);
  return failure{code, url_text + ": cannot listen there: " + code.message()};
}

base::unique_fd begin_connect(socket_address const& to, std::optional<socket_address> const& source,
                              int& error) noexcept {
  base::unique_fd fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  bool const bound = fd && (!source || ::bind(fd.get(), source->get(), source->size) == 0);
  error = bound && ::connect(fd.get(), to.get(), to.size) == 0 ? 0 : errno;
  // A full backlog, on AF_UNIX: somebody is there, but not now.
  if (error != 0 && error != EINPROGRESS) fd.reset();
  return fd;
}

socket_address local_address(int fd) noexcept {
  socket_address a;
  a.size = sizeof a.storage;
  if (::getsockname(fd, a.get(), &a.size) != 0) a.size = 0;
  return a;
}

socket_address peer_address(int fd) noexcept {
  socket_address a;
  a.size = sizeof a.storage;
  if (::getpeername(fd, a.get(), &a.size) != 0) a.size = 0;
  return a;
}

std::string peer_text(int fd) {
  auto const a = peer_address(fd);
  if (a.size == 0) return "(gone)";
  if (a.family() != AF_UNIX)
    return (a.family() == AF_INET6 && a.host().find(':') != std::string::npos ? "[" + a.host() + "]" : a.host()) + ":" +
           std::to_string(a.port());
  auto const who = base::peer_process(fd);
  return who ? "process " + std::to_string(who->pid) : "local";
}

std::error_code connect_error(int error) noexcept {
  switch (error) {
    case ECONNREFUSED:
    case ENOENT:
      return errc::connection_refused;
    case ETIMEDOUT:
      return errc::timed_out;
    default:
      return {error, std::system_category()};
  }
}

}  // namespace weft::ofi
