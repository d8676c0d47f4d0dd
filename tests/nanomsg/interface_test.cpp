// SPDX-License-Identifier: MIT
// Programs of their own: one that is built against nanomsg and against weft and must say the same, and one that ends it
// all.
#include "nanomsg/calls.hpp"
#include "process/child.hpp"
#include "support/sanitizer.hpp"

#include <unistd.h>

#include <cerrno>
#include <iostream>

namespace weft::nanomsg_tests {

namespace {

std::string bin(std::string const& name) { return std::string(WEFT_BIN_DIR) + "/" + name; }

/// All it prints; nothing when it does not end well.
std::vector<std::string> output_of(std::string const& program) {
  process::child c(program);
  std::vector<std::string> all;
  while (auto line = c.line()) all.push_back(*line);
  BOOST_TEST_REQUIRE((c.wait() == 0));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_interface)

BOOST_AUTO_TEST_CASE(is_the_same_as_nanomsgs) {
  if (test::skipped_under_sanitizer("nanomsg's own library leaks")) return;
  if (::access(bin("nanomsg_interface_theirs").c_str(), X_OK) != 0) {
    std::cout << "SKIPPED: libnanomsg-dev is not installed\n";
    return;
  }
  auto const ours = output_of("nanomsg_interface"), theirs = output_of("nanomsg_interface_theirs");
  BOOST_TEST(ours.size() > 1000u);
  BOOST_TEST(ours == theirs, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_end_comes_under_load) {
  auto const said = output_of("nanomsg_term");
  BOOST_TEST(said.size() == 3u);
  auto const bad = std::to_string(EBADF);
  for (auto const& line : said) BOOST_TEST(line == bad + " " + bad + " " + bad + " " + bad + " " + bad);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
