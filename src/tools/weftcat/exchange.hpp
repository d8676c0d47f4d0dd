// SPDX-License-Identifier: MIT
#pragma once

#include "console.hpp"
#include "settings.hpp"

#include <weft/any_socket.hpp>

#include <stop_token>

namespace weftcat {

/// Sends and receives as the settings say, until all is done or the stop.
/// \throws std::system_error, and std::runtime_error when what was asked for did not come
void exchange(weft::any_socket&, settings const&, console&, std::stop_token);

}  // namespace weftcat
