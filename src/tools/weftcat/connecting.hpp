// SPDX-License-Identifier: MIT
#pragma once

#include "console.hpp"
#include "settings.hpp"

#include <weft/any_socket.hpp>
#include <weft/engine.hpp>

namespace weftcat {

/// A socket that speaks what the settings say, and tells the console about its peers. The console must outlive it.
weft::any_socket open_socket(weft::engine&, settings const&, console&);

/// Listens and dials. \throws std::runtime_error naming the flag at fault
void connect(weft::any_socket&, settings const&, console&);

}  // namespace weftcat
