// SPDX-License-Identifier: MIT
// Every unit has a test at the same place under tests/.
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace weft::hygiene {

namespace {

constexpr std::string_view rooms_of_units[] = {"src/base/",   "src/core/",  "src/fabric/",
                                               "src/client/", "protocols/", "transports/"};

// Headers here are not interfaces but code, and are units of their own.
constexpr std::string_view rooms_of_headers[] = {"src/base/", "protocols/policy/"};

bool is_in(std::string_view path, auto const& rooms) {
  return std::ranges::any_of(rooms, [&](std::string_view room) { return path.starts_with(room); });
}

bool has(std::vector<source> const& all, std::string const& path) {
  return std::ranges::any_of(all, [&](source const& s) { return s.path == path; });
}

std::string with(std::string_view path, std::string_view ending) {
  return std::string(path.substr(0, path.rfind('.'))) + std::string(ending);
}

// A header stands for itself when there is no .cpp of its name.
bool is_unit(std::string_view path, std::vector<source> const& all) {
  if (path.ends_with(".cpp")) return is_in(path, rooms_of_units);
  return is_in(path, rooms_of_headers) && !has(all, with(path, ".cpp"));
}

// src/core/pipe.cpp: tests/core/pipe_test.cpp
std::string mirror_of(std::string_view path) {
  if (path.starts_with("src/")) path.remove_prefix(4);
  return "tests/" + with(path, "_test.cpp");
}

complaints untested(std::vector<source> const& all) {
  complaints found;
  for (auto const& s : all)
    if (is_unit(s.path, all) && !has(all, mirror_of(s.path))) found.push_back(s.path + " has no " + mirror_of(s.path));
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mirror)

BOOST_AUTO_TEST_CASE(every_unit_has_its_test) { expect_none(untested(tree())); }

BOOST_AUTO_TEST_CASE(catches_a_unit_without_a_test) {
  BOOST_TEST(untested({{"src/core/pipe.cpp", ""}, {"tests/core/pipe_test.cpp", ""}}).empty());
  BOOST_TEST(untested({{"src/core/pipe.cpp", ""}, {"tests/base/pipe_test.cpp", ""}}).size() == 1u);
  BOOST_TEST(untested({{"transports/tcp/dial.cpp", ""}, {"tests/transports/dial_test.cpp", ""}}).size() == 1u);
  BOOST_TEST(untested({{"protocols/req.cpp", ""}, {"tests/protocols/req_test.cpp", ""}}).empty());
  BOOST_TEST(untested({{"src/base/ring.hpp", ""}}).size() == 1u);
  BOOST_TEST(untested({{"src/base/clock.cpp", ""}, {"src/base/clock.hpp", ""}}).size() == 1u);
  BOOST_TEST(untested({{"src/core/pipe.hpp", ""}}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
