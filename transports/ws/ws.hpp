// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `ws://host:port/path` and, over TLS, `wss://host:port/path` (with 4 or 6 behind the scheme for one kind of addresses
/// only): SP over WebSocket, as nng, nanomsg and mangos have it. Without a port it is 80, and 443 for wss.
///
/// Listeners of one engine may share a host and port: each has a path there. For wss they need the same tls_options.
std::unique_ptr<ext::transport> make_ws(ext::reactor&);

}  // namespace weft::transports
