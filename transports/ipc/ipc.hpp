// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

namespace weft::transports {

/// `ipc://path` and `unix://path`: a socket's file; `abstract://name`: a name that Linux keeps, without a file, and
/// whose bytes may be %-escaped. SP over AF_UNIX, byte for byte as nng, nanomsg and mangos have it.
///
/// A listener's file is its user's alone unless listen_options says otherwise, and goes with it. What a listener that
/// died left behind is replaced; anything else that is there never is.
std::unique_ptr<ext::transport> make_ipc(ext::reactor&);

}  // namespace weft::transports
