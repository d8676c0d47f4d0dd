// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `tcp://host:port`, and `tcp4://`, `tcp6://` for one kind of addresses only: SP over TCP, byte for byte as nng,
/// nanomsg and mangos have it. To listen, an empty host or `*` is every address, and port 0 or `*` the system's choice.
/// `tcp://local;host:port` dials from the local address, or interface's, of that name.
std::unique_ptr<ext::transport> make_tcp(ext::reactor&);

}  // namespace weft::transports
