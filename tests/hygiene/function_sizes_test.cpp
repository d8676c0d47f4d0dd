// SPDX-License-Identifier: MIT
#include "function_sizes.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::hygiene {

namespace {

// "line+lines" of each function, in the order they close.
std::string seen(std::string_view text) {
  std::string all;
  for (auto const& f : functions_in(text)) all += std::to_string(f.line) + "+" + std::to_string(f.lines) + " ";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(function_sizes)

BOOST_AUTO_TEST_CASE(a_function_is_measured_from_brace_to_brace) {
  BOOST_TEST(seen("int f(int a,\n      int b) {\n  return a;\n}\n") == "2+2 ");
  BOOST_TEST(seen("int f() { return 1; }\nint g() { return 2; }\n") == "1+0 2+0 ");
}

BOOST_AUTO_TEST_CASE(namespaces_and_classes_are_looked_into) {
  BOOST_TEST(seen("namespace a::b {\nclass c final : public d<int()> {\n  void f() noexcept {\n  }\n};\n}\n") ==
             "3+1 ");
  BOOST_TEST(seen("extern \"C\" {\nvoid f(struct s* p) {\n}\n}\n") == "2+1 ");
  BOOST_TEST(seen("template <class T>\nT f(T t) {\n}\nclass alignas(64) ring {\n  int a;\n};\n") == "2+1 ");
}

BOOST_AUTO_TEST_CASE(what_is_inside_a_function_belongs_to_it) {
  BOOST_TEST(
      seen("void f() {\n  if (a) {\n    g([] {\n    });\n  }\n  struct s {\n    int h() { return 1; }\n  };\n}\n") ==
      "1+8 ");
}

BOOST_AUTO_TEST_CASE(a_constructor_is_found_behind_its_initialisers) {
  BOOST_TEST(seen("c::c(int a) : a_{a}, b_{1} {\n  f();\n}\n") == "1+2 ");
  BOOST_TEST(seen("c::c(d e = {}) {\n  f();\n}\n") == "1+2 ");
}

BOOST_AUTO_TEST_CASE(operators_lambdas_and_test_cases_are_functions) {
  BOOST_TEST(seen("bool operator==(a, b) {\n}\nauto f = [](int) {\n};\nBOOST_AUTO_TEST_CASE(x) {\n}\n") ==
             "1+1 3+1 5+1 ");
}

BOOST_AUTO_TEST_CASE(a_table_is_not_a_function) {
  BOOST_TEST(seen("constexpr row rows[f(2)] = {\n    {1, g(2)},\n    {3, 4},\n};\n") == "");
  BOOST_TEST(seen("concept c = requires(T t) {\n  t.f();\n};\n") == "");
}

BOOST_AUTO_TEST_CASE(braces_in_text_and_macros_do_not_count) {
  BOOST_TEST(seen("void f() {\n  g(\"}}\");  // }\n}\n#define OPEN void h() { \\\n  if (x) {\nvoid i() {\n}\n") ==
             "1+2 6+1 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
