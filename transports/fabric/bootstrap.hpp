// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>
#include <weft/url.hpp>

#include "base/fd.hpp"
#include "fabric/provider.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

// The stream sockets on which the ends of a connection meet: addresses, and system calls with their errors in words.
namespace weft::ofi {

/// Any address of a stream socket.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr const* get() const noexcept { return reinterpret_cast<sockaddr const*>(&storage); }
  int family() const noexcept { return storage.ss_family; }
  /// "127.0.0.1", "fe80::1%eth0", without the port; empty for what is no IP address. An IPv4 address in IPv6's clothes
  /// is IPv4.
  std::string host() const;
  std::uint16_t port() const noexcept;
  bool is_any() const noexcept;
};

/// Checks what a URL says about the meeting place. \return nothing, or what is wrong
std::optional<failure> check_place(url const&, fabric::bootstrap_kind, bool listening);

/// Where to connect to, or to listen: a number at once; for a name all that the system knows, which may block.
/// Takes ?iface= into account for listening.
setup<std::vector<socket_address>> resolve(url const&, fabric::bootstrap_kind, bool listening);

/// The address that ?iface= gives to connections of the family; nothing when the URL has none.
setup<std::optional<socket_address>> source_address(url const&, int family);

/// A socket bound to one of the addresses, and listening.
setup<base::unique_fd> listen_at(std::vector<socket_address> const&, std::string const& url_text);

/// Begins to connect. \return the socket, and EINPROGRESS, 0, or what went wrong in `error`
base::unique_fd begin_connect(socket_address const&, std::optional<socket_address> const& from, int& error) noexcept;

socket_address local_address(int fd) noexcept;
socket_address peer_address(int fd) noexcept;  ///< of size 0 when it has gone
/// "10.0.0.7:4711", or the name for AF_UNIX.
std::string peer_text(int fd);

/// What a failed connect() means.
std::error_code connect_error(int error) noexcept;

}  // namespace weft::ofi
