// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <iostream>

namespace weft::tools {

/// For a command line that asks for help or for the version, or that makes no sense: prints what was asked for, or one
/// line that says which option is at fault. \return what the program ends in
inline int answered(CLI::App const& app, CLI::ParseError const& e) {
  if (e.get_exit_code() == 0) return app.exit(e);
  std::cerr << app.get_name() << ": " << e.what() << std::endl;
  return 2;
}

}  // namespace weft::tools
