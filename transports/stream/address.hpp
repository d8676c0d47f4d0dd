// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "base/fd.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Addresses of stream sockets, and the system calls around them with their errors in words.
namespace weft::stream {

/// Any address of a stream socket.
struct address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  static address from(sockaddr const*, socklen_t) noexcept;

  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr const* get() const noexcept { return reinterpret_cast<sockaddr const*>(&storage); }
  int family() const noexcept { return storage.ss_family; }
  /// "127.0.0.1", "fe80::1%eth0"; empty for what is no IP address. An IPv4 address in IPv6's clothes is IPv4.
  std::string host() const;
  std::uint16_t port() const noexcept;
  void set_port(std::uint16_t) noexcept;
  /// "10.0.0.7:4711", "[::1]:4711".
  std::string text() const;
};

address local_address(int fd) noexcept;
address peer_address(int fd) noexcept;

/// A new stream socket for addresses of that family: non-blocking, gone in an exec'd child.
base::unique_fd new_socket(int family) noexcept;

/// A socket that somebody else made, and that listens already: non-blocking from now on.
setup<base::unique_fd> adopt_listener(int fd, std::string const& name);

/// Begins to connect. \return 0 when it is, EINPROGRESS when it will tell, else why not
int begin_connect(int fd, address const& to) noexcept;

/// What a failed connect() or bind() means.
std::error_code connect_error(int error) noexcept;
std::error_code bind_error(int error) noexcept;

}  // namespace weft::stream
