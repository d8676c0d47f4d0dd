// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `tls+tcp://host:port`, and `tls+tcp4://`, `tls+tcp6://`: SP over TLS over TCP, as nng and mangos have it. See
/// tls_options; for the rest it is as tcp.
std::unique_ptr<ext::transport> make_tls(ext::reactor&);

}  // namespace weft::transports
