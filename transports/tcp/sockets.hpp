// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>
#include <weft/url.hpp>

#include "stream/address.hpp"
#include "stream/resolver.hpp"

#include <string>
#include <system_error>

namespace weft::tcp {

/// What a URL says: where to, and from where.
struct route {
  stream::place place;
  std::string source;  ///< an address or the name of an interface; empty: the system chooses
};

/// \return the route, or what is wrong with the URL
setup<route> read(url const&, bool listening);

/// Gives the socket what was asked for. \return why it could not be had
std::error_code apply(tcp_options const&, int fd, int family) noexcept;

/// Binds the socket to the address, or to the interface's of that name, in the family. \return why not
std::error_code bind_source(int fd, std::string const& source, int family);

/// A socket that listens at the first address that can be had.
setup<base::unique_fd> listen_at(std::vector<stream::address> const&, tcp_options const&, std::string const& name);

}  // namespace weft::tcp
