// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `inproc://name`: sockets of one engine talk through rings in memory. Either side may come first: a dial
/// waits for its listener. No system call, no thread, and no copy but the move of the message.
std::unique_ptr<ext::transport> make_inproc(ext::reactor&);

}  // namespace weft::transports
