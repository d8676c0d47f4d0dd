// SPDX-License-Identifier: MIT
#include "rooms.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

namespace weft::hygiene {

namespace {

// Headers of include/weft that know nothing of sockets.
constexpr std::string_view value_headers[] = {"counters", "error",   "export",    "fault",  "memory",
                                              "message",  "options", "pipe_info", "result", "url"};

// What the build puts on its include paths, whichever room it compiles.
constexpr std::string_view include_path[] = {"", "include/", "src/", "protocols/", "transports/", "tests/"};

struct include {
  std::size_t line;
  std::string header;
  bool quoted;
};

std::vector<include> includes_of(std::string_view text) {
  static std::regex const directive(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<include> found;
  std::size_t line = 0;
  for (auto const content : lines(text)) {
    ++line;
    std::cmatch m;
    if (std::regex_match(content.begin(), content.end(), m, directive)) found.push_back({line, m[2], m[1] == "\""});
  }
  return found;
}

bool exists(std::string const& path, std::vector<source> const& all) {
  return std::ranges::any_of(all, [&](source const& s) { return s.path == path; });
}

/// The files that an include can mean: the one beside the includer, or else all along the include path.
std::vector<std::string> meanings(include const& i, source const& includer, std::vector<source> const& all) {
  auto const beside =
      (std::filesystem::path(includer.path).parent_path() / i.header).lexically_normal().generic_string();
  if (i.quoted && exists(beside, all)) return {beside};
  std::vector<std::string> found;
  for (auto const folder : include_path)
    if (auto path = std::string(folder) + i.header; exists(path, all)) found.push_back(std::move(path));
  return found;
}

bool is_within(std::string_view path, std::string_view room) {
  return path == room || (path.starts_with(room) && path.substr(room.size()).starts_with('/'));
}

bool is_wildcard(std::string_view name) { return name.ends_with("/*"); }

bool matches(std::string_view pattern, std::string_view name) {
  if (!is_wildcard(pattern)) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

room const* row_of(std::string_view name) {
  room const* best = nullptr;
  for (auto const& r : plan())
    if (matches(r.name, name) && (!best || is_wildcard(best->name))) best = &r;
  return best;
}

bool is_standard(std::string_view header) { return header.find_first_of("/.") == std::string_view::npos; }

bool is_posix(std::string_view header) {
  static std::regex const system(R"((sys|netinet|arpa|net|linux)/.*|(?!uv|zmq|cbor)\w+\.h)");
  return std::regex_match(header.begin(), header.end(), system);
}

bool may_use(room const& r, std::string_view header) {
  return is_standard(header) || std::ranges::any_of(r.libraries, [&](std::string_view library) {
           return library == "posix" ? is_posix(header) : header.starts_with(library);
         });
}

bool may_include(room const& r, std::string_view other) {
  return std::ranges::any_of(r.may_include, [&](std::string_view allowed) { return matches(allowed, other); });
}

}  // namespace

std::string room_of(std::string_view path) {
  for (auto const header : value_headers)
    if (path == "include/weft/" + std::string(header) + ".hpp") return "include/weft/values";
  std::string_view best;
  for (auto const& r : plan())
    if (is_within(path, r.name) && r.name.size() > best.size()) best = r.name;
  if (!best.empty()) return std::string(best);
  return std::string(path.substr(0, path.find('/', path.find('/') + 1)));
}

std::vector<edge> edges_of(source const& file, std::vector<source> const& all) {
  std::vector<edge> found;
  auto const from = room_of(file.path);
  for (auto const& i : includes_of(file.text)) {
    auto const meant = meanings(i, file, all);
    auto const to = meant.empty() ? std::string() : room_of(meant.front());
    if (to != from) found.push_back({file.path, i.line, i.header, to});
  }
  return found;
}

complaints forbidden(edge const& e) {
  auto const from = room_of(e.from);
  auto const* row = row_of(from);
  auto const where = e.from + ":" + std::to_string(e.line) + ": ";
  if (!row) return {where + from + " has no row in the plan (tests/hygiene/rooms_plan.cpp)"};
  bool const allowed = e.to.empty() ? may_use(*row, e.header) : may_include(*row, e.to);
  if (allowed) return {};
  return {where + from + " must not include " + e.header + (e.to.empty() ? "" : " of " + e.to)};
}

complaints ambiguous_includes(source const& file, std::vector<source> const& all) {
  complaints found;
  for (auto const& i : includes_of(file.text))
    if (auto const meant = meanings(i, file, all); meant.size() > 1)
      found.push_back(file.path + ":" + std::to_string(i.line) + ": " + i.header + " is " + meant[0] + " or " +
                      meant[1]);
  return found;
}

}  // namespace weft::hygiene
