// SPDX-License-Identifier: MIT
// A unit test waits for an event or turns its own clock; it never waits for time.
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>

namespace weft::hygiene {

namespace {

constexpr std::string_view awake[] = {"tests/base/",   "tests/core/",      "tests/fabric/",
                                      "tests/client/", "tests/protocols/", "tests/public/"};

complaints sleeps(source const& s) {
  static std::regex const nap(R"(\b(sleep_for|sleep_until|sleep|usleep|nanosleep)\s*\()");
  if (std::ranges::none_of(awake, [&](std::string_view room) { return s.path.starts_with(room); })) return {};
  complaints found;
  auto const code = code_of(s.text);
  std::size_t number = 0;
  for (auto const line : lines(code)) {
    ++number;
    if (std::regex_search(line.begin(), line.end(), nap))
      found.push_back(s.path + ":" + std::to_string(number) + " sleeps");
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_sleeps)

BOOST_AUTO_TEST_CASE(unit_tests_do_not_sleep) {
  for (auto const& s : tree()) expect_none(sleeps(s));
}

BOOST_AUTO_TEST_CASE(catches_a_sleep) {
  BOOST_TEST(sleeps({"tests/core/a_test.cpp", "f();\nstd::this_thread::sleep_for(1ms);\n"}).size() == 1u);
  BOOST_TEST(sleeps({"tests/base/a_test.cpp", "usleep(10); ::sleep(1);\n"}).size() == 1u);
  BOOST_TEST(sleeps({"tests/core/a_test.cpp", "// no sleep(1) here\nbool asleep(int);\n"}).empty());
  BOOST_TEST(sleeps({"tests/process/a_test.cpp", "sleep(1);\n"}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
