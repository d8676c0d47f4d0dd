// SPDX-License-Identifier: MIT
// A file has at most 400 lines, a function at most 40, and the first line says the licence.
#include "function_sizes.hpp"
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::hygiene {

namespace {

constexpr std::size_t longest_file = 400;
constexpr std::size_t longest_function = 40;

complaints long_file(source const& s) {
  auto const size = lines(s.text).size();
  if (size <= longest_file) return {};
  return {s.path + " has " + std::to_string(size) + " lines; at most " + std::to_string(longest_file)};
}

complaints long_functions(source const& s) {
  complaints found;
  for (auto const& f : functions_in(s.text))
    if (f.lines > longest_function)
      found.push_back(s.path + ":" + std::to_string(f.line) + " is a function of " + std::to_string(f.lines) +
                      " lines; at most " + std::to_string(longest_function));
  return found;
}

complaints no_licence(source const& s) {
  if (s.text.starts_with("// SPDX-License-Identifier: MIT\n")) return {};
  // For C of 1989, which has no other comments.
  if (s.path.ends_with(".h") && s.text.starts_with("/* SPDX-License-Identifier: MIT */\n")) return {};
  return {s.path + " does not start with // SPDX-License-Identifier: MIT"};
}

std::string repeat(std::string_view line, std::size_t times) {
  std::string text;
  while (times-- > 0) text += line;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sizes)

BOOST_AUTO_TEST_CASE(files_are_short) {
  for (auto const& s : tree()) expect_none(long_file(s));
}

BOOST_AUTO_TEST_CASE(functions_are_short) {
  for (auto const& s : tree()) expect_none(long_functions(s));
}

BOOST_AUTO_TEST_CASE(every_file_names_its_licence) {
  for (auto const& s : tree()) expect_none(no_licence(s));
}

BOOST_AUTO_TEST_CASE(catches_a_long_file) {
  BOOST_TEST(long_file({"x.cpp", repeat("int a;\n", 400)}).empty());
  BOOST_TEST(long_file({"x.cpp", repeat("int a;\n", 401)}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(catches_a_long_function) {
  BOOST_TEST(long_functions({"x.cpp", "void f() {\n" + repeat("  g();\n", 39) + "}\n"}).empty());
  BOOST_TEST(long_functions({"x.cpp", "void f() {\n" + repeat("  g();\n", 40) + "}\n"}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(catches_a_missing_licence) {
  BOOST_TEST(no_licence({"x.cpp", "// SPDX-License-Identifier: MIT\nint a;\n"}).empty());
  BOOST_TEST(no_licence({"x.cpp", "int a;\n"}).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
