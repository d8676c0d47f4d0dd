// SPDX-License-Identifier: MIT
#include "abbreviations.hpp"

#include <algorithm>
#include <string_view>

namespace weftcat {

namespace {

using arguments = std::vector<std::string>;

bool takes_value(CLI::Option const& o) { return o.get_expected_min() > 0; }

CLI::Option const* long_option(CLI::App const& app, std::string const& name) {
  for (auto const* o : app.get_options())
    if (o->check_lname(name)) return o;
  return nullptr;
}

CLI::Option const* short_option(CLI::App const& app, char letter) {
  for (auto const* o : app.get_options())
    if (o->check_sname(std::string(1, letter))) return o;
  return nullptr;
}

/// Of an option with two names that both begin so, the first.
arguments meanings(CLI::App const& app, std::string_view begin) {
  arguments found;
  for (auto const* o : app.get_options()) {
    auto const& names = o->get_lnames();
    auto const it = std::ranges::find_if(names, [&](auto const& name) { return name.starts_with(begin); });
    if (it != names.end()) found.push_back(*it);
  }
  return found;
}

std::string full_name(CLI::App const& app, std::string const& begin) {
  if (long_option(app, begin)) return begin;
  auto const found = meanings(app, begin);
  if (found.empty() || begin.empty()) throw CLI::ValidationError("--" + begin, "there is no such option");
  if (found.size() == 1) return found[0];
  std::string all;
  for (auto const& name : found) all += (all.empty() ? "--" : ", --") + name;
  throw CLI::ValidationError("--" + begin, "may mean " + all);
}

/// \return whether the next argument is the value of an option in this cluster of letters
bool wants_more(CLI::App const& app, std::string_view letters) {
  for (auto i = letters.begin(); i != letters.end(); ++i) {
    auto const* o = short_option(app, *i);
    if (!o) return false;
    if (takes_value(*o)) return i + 1 == letters.end();
  }
  return false;
}

/// Appends what the argument stands for. \return whether its value is the next argument
bool write_out(CLI::App const& app, std::string const& argument, arguments& out) {
  if (!argument.starts_with("--")) {
    out.push_back(argument);
    return argument.starts_with('-') && wants_more(app, std::string_view(argument).substr(1));
  }
  auto const end = argument.find_first_of("=:");
  auto const name = full_name(app, argument.substr(2, end == argument.npos ? end : end - 2));
  out.push_back("--" + name);
  bool const valued = takes_value(*long_option(app, name));
  if (end == argument.npos) return valued;
  if (!valued) throw CLI::ValidationError("--" + name, "takes no value");
  out.push_back(argument.substr(end + 1));
  return false;
}

}  // namespace

arguments written_out(CLI::App const& app, int argc, char const* const* argv) {
  arguments out;
  for (int i = 1; i < argc; ++i)
    if (write_out(app, argv[i], out) && i + 1 < argc) out.emplace_back(argv[++i]);
  std::ranges::reverse(out);
  return out;
}

}  // namespace weftcat
