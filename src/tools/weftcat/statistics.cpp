// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include <boost/json.hpp>

namespace weftcat {

namespace {

std::string in_words(weft::statistic const& s) {
  using value = decltype(s.value);
  struct {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(std::uint64_t n) const { return std::to_string(n); }
    std::string operator()(std::string const& text) const { return text; }
    std::string operator()(bool b) const { return b ? "yes" : "no"; }
  } const words;
  return std::visit(words, static_cast<value const&>(s.value));
}

void append(std::string& out, weft::statistic const& s, std::size_t depth) {
  out += std::string(2 * depth, ' ') + s.name;
  if (auto const value = in_words(s); !value.empty()) out += ": " + value;
  out += "\n";
  for (auto const& child : s.children) append(out, child, depth + 1);
}

struct to_json {
  boost::json::value operator()(std::monostate) const { return nullptr; }
  template <class T>
  boost::json::value operator()(T const& value) const {
    return boost::json::value(value);
  }
};

boost::json::value json_of(weft::statistic const& s) {
  if (s.kind != weft::statistic::type::scope) return std::visit(to_json(), s.value);
  boost::json::object scope;
  for (auto const& child : s.children) {
    auto name = child.name;
    // One may dial where it listens.
    for (int n = 2; scope.contains(name); ++n) name = child.name + " (" + std::to_string(n) + ")";
    scope[name] = json_of(child);
  }
  return scope;
}

}  // namespace

std::string as_text(weft::statistic const& s) {
  std::string out;
  append(out, s, 0);
  return out;
}

std::string as_json(weft::statistic const& s) {
  return boost::json::serialize(boost::json::object{{s.name, json_of(s)}}) + "\n";
}

}  // namespace weftcat
