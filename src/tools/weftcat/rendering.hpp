// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <weft/any_socket.hpp>

#include <cstdint>
#include <string>

namespace weftcat {

/// A message as it is shown; the number-th that was received.
std::string rendered(weft::message const&, format, weft::any_socket const& receiver, std::uint64_t number);

}  // namespace weftcat
