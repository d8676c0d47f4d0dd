// SPDX-License-Identifier: MIT
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace weft::hygiene {

BOOST_AUTO_TEST_SUITE(source_tree)

BOOST_AUTO_TEST_CASE(finds_this_file) {
  auto const here = [](source const& s) { return s.path == "tests/hygiene/source_tree_test.cpp"; };
  BOOST_TEST((std::ranges::count_if(tree(), here) == 1));
}

BOOST_AUTO_TEST_CASE(lines_are_counted_with_and_without_a_last_newline) {
  BOOST_TEST(lines("a\nb\n").size() == 2u);
  BOOST_TEST(lines("a\nb").size() == 2u);
  BOOST_TEST(lines("").empty());
}

BOOST_AUTO_TEST_CASE(comments_and_literals_are_no_code) {
  BOOST_TEST(code_of("f(); // {\ng();") == "f();     \ng();");
  BOOST_TEST(code_of("a /* {\n */ b") == "a     \n    b");
  BOOST_TEST(code_of(R"(s = "{\"{";)") == R"(s = "    ";)");
  BOOST_TEST(code_of("c = '{';") == "c = ' ';");
  BOOST_TEST(code_of("n = 1'000 + f('}');") == "n = 1'000 + f(' ');");
  BOOST_TEST(code_of("r = R\"x(\"{)x\";") == "r =          ;");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
