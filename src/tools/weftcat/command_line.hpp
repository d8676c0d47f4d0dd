// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weftcat {

/// The command line of weftcat: nngcat's and nanocat's options, and its own.
class command_line {
 public:
  command_line();
  command_line(command_line const&) = delete;
  command_line& operator=(command_line const&) = delete;

  /// \throws CLI::ParseError, also where help or the version is asked for
  settings parse(int argc, char const* const* argv);
  /// Prints what was asked for in place of work, or what is wrong. \return what weftcat ends in
  int answer(CLI::ParseError const&) const;

 private:
  void add_protocols();
  void add_addresses();
  void add_formats();
  void add_input();
  void add_limits();
  void add_tls();
  void add_rest();
  CLI::Option* flag(char const* names, bool& target, char const* help);
  CLI::Option* value(char const* names, char const* type, std::string const& help);
  CLI::Option* seconds(char const* names, std::function<void(clock::duration)> const& set, char const* help);
  CLI::Option* addresses(char const* names, bool listens, char const* before, char const* help);
  CLI::Option* readable_file(char const* names, std::string& target, char const* help);
  void choose_protocol(std::string const& program);
  void choose_format();
  void check() const;
  void check_protocol() const;
  void check_tls() const;
  bool given(char const* name) const { return app_.get_option(name)->count() > 0; }

  CLI::App app_;
  settings settings_;
  std::string format_name_, data_, file_;
  std::vector<std::pair<CLI::Option*, protocol>> protocols_;
  std::vector<std::pair<CLI::Option*, format>> formats_;
};

}  // namespace weftcat
