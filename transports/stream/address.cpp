// SPDX-License-Identifier: MIT
#include "stream/address.hpp"

#include <weft/error.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weft::stream {

namespace {

template <class Ask>
address asked(int fd, Ask ask) noexcept {
  address a;
  a.size = sizeof a.storage;
  if (ask(fd, a.get(), &a.size) != 0) a.size = 0;
  return a;
}

}  // namespace

address address::from(sockaddr const* a, socklen_t size) noexcept {
  address made;
  made.size = std::min<socklen_t>(size, sizeof made.storage);
  std::memcpy(&made.storage, a, made.size);
  return made;
}

std::string address::host() const {
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

std::uint16_t address::port() const noexcept {
  if (family() == AF_INET) return ntohs(reinterpret_cast<sockaddr_in const&>(storage).sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6 const&>(storage).sin6_port);
  return 0;
}

void address::set_port(std::uint16_t port) noexcept {
  if (family() == AF_INET) reinterpret_cast<sockaddr_in&>(storage).sin_port = htons(port);
  if (family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(storage).sin6_port = htons(port);
}

std::string address::text() const {
  auto const name = host();
  bool const v6 = name.find(':') != name.npos;
  return (v6 ? "[" + name + "]" : name) + ":" + std::to_string(port());
}

address local_address(int fd) noexcept { return asked(fd, ::getsockname); }
address peer_address(int fd) noexcept { return asked(fd, ::getpeername); }

base::unique_fd new_socket(int family) noexcept {
  return base::unique_fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

setup<base::unique_fd> adopt_listener(int fd, std::string const& name) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
    return failure{errc::invalid_option, name + ": listening_fd is no socket that listens"};
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return base::unique_fd(fd);
}

int begin_connect(int fd, address const& to) noexcept {
  int rc;
  do rc = ::connect(fd, to.get(), to.size);
  while (rc != 0 && errno == EINTR);
  return rc == 0 || errno == EISCONN ? 0 : errno == EALREADY ? EINPROGRESS : errno;
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

std::error_code bind_error(int error) noexcept {
  if (error == EADDRINUSE) return errc::address_in_use;
  return {error, std::system_category()};
}

}  // namespace weft::stream
