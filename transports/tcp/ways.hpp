// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>
#include <weft/url.hpp>

#include "base/fd.hpp"
#include "stream/acceptor.hpp"
#include "stream/connector.hpp"
#include "stream/resolver.hpp"

// How whatever goes over TCP connects and listens.
namespace weft::tcp {

/// All but the handshake. Uses the resolver for as long as it is used.
setup<stream::approach> way_to(url const&, tcp_options const&, stream::resolver&);

/// A socket that listens where the URL says.
struct open_port {
  base::unique_fd fd;
  url local;  ///< with the port the system chose, if it chose one
};
setup<open_port> listen_at(url const&, listen_options const&);

/// For those who come in there.
stream::welcome welcome_with(std::function<stream::steps()> handshake);

}  // namespace weft::tcp
