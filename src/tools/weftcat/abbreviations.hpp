// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace weftcat {

/// The arguments as CLI11 wants them, the last one first: long options written out that were abbreviated, and parted
/// from a value that stood behind `=` or `:`.
/// \throws CLI::ParseError when an abbreviation means nothing, or more than one thing
std::vector<std::string> written_out(CLI::App const&, int argc, char const* const* argv);

}  // namespace weftcat
