// SPDX-License-Identifier: MIT
// Every function of the C API is called by a test, and every option is on its page.
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace weft::hygiene {

namespace {

std::set<std::string> found_in(std::string const& text, std::regex const& what) {
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), what), end; i != end; ++i) found.insert((*i)[1]);
  return found;
}

bool is_c_header(source const& s) {
  return s.path.starts_with("include/weft/c/") && s.path.find('/', 15) == std::string::npos && s.path.ends_with(".h");
}

complaints uncalled(std::vector<source> const& all) {
  static std::regex const function(R"(\b(weft_\w+)\()");
  std::set<std::string> there, called;
  for (auto const& s : all) {
    if (is_c_header(s)) there.merge(found_in(code_of(s.text), function));
    if (s.path.starts_with("tests/capi/")) called.merge(found_in(code_of(s.text), function));
  }
  complaints missing;
  for (auto const& f : there)
    if (!called.contains(f)) missing.push_back(f + " is called by no test in tests/capi");
  return missing;
}

complaints untold(std::string const& table, std::string const& page) {
  static std::regex const row(R"re(>\("([a-z.-]+)",)re");
  complaints missing;
  for (auto const& name : found_in(table, row))
    if (page.find("`" + name + "`") == std::string::npos) missing.push_back(name + " is not in docs/c-api.md");
  return missing;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(c_api)

BOOST_AUTO_TEST_CASE(every_function_is_called_by_a_test) { expect_none(uncalled(tree())); }

BOOST_AUTO_TEST_CASE(every_option_is_on_its_page) {
  std::ifstream page(std::filesystem::path(WEFT_SOURCE_DIR) / "docs/c-api.md");
  auto const text = std::string(std::istreambuf_iterator(page), {});
  auto const table = std::ranges::find(tree(), "src/c/weft/option_table.cpp", &source::path);
  BOOST_TEST_REQUIRE((table != tree().end()));
  expect_none(untold(table->text, text));
}

BOOST_AUTO_TEST_CASE(catches_a_function_without_a_test) {
  source const header{"include/weft/c/a.h", "int weft_f(int);\nint weft_g(void);\n"};
  BOOST_TEST(uncalled({header, {"tests/capi/a_test.cpp", "weft_f(1); // weft_g("}}).size() == 1u);
  BOOST_TEST(uncalled({header, {"tests/capi/a_test.cpp", "weft_f(1); weft_g();"}}).empty());
}

BOOST_AUTO_TEST_CASE(catches_an_option_that_is_nowhere) {
  BOOST_TEST(untold("in<a>(\"hops\", before)", "| `hops` |").empty());
  BOOST_TEST(untold("in<a>(\"hops\", before)", "hops").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
