// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `socket://7`: a stream socket that the caller has connected, by the number of its descriptor, with the bytes that
/// tcp has. It is listened at on both ends, is weft's own from then on, and makes one pipe; when that ends, nothing
/// takes its place.
std::unique_ptr<ext::transport> make_socket(ext::reactor&);

}  // namespace weft::transports
