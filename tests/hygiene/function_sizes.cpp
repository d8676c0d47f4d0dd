// SPDX-License-Identifier: MIT
#include "function_sizes.hpp"

#include "source_tree.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <regex>
#include <string>

namespace weft::hygiene {

namespace {

void blank_preprocessor(std::string& code) {
  bool continued = false;
  for (std::size_t begin = 0; begin < code.size();) {
    auto const end = std::min(code.find('\n', begin), code.size());
    auto const first = code.find_first_not_of(' ', begin);
    if (continued || (first < end && code[first] == '#')) {
      continued = end > begin && code[end - 1] == '\\';
      std::fill(code.begin() + static_cast<std::ptrdiff_t>(begin), code.begin() + static_cast<std::ptrdiff_t>(end),
                ' ');
    }
    begin = end + 1;
  }
}

/// Removes what stands between the brackets, and the brackets.
std::string without(std::string_view text, char open, char close) {
  std::string rest;
  int depth = 0;
  for (char const c : text) {
    if (c == open) ++depth;
    if (depth == 0) rest += c;
    if (c == close && depth > 0) --depth;
  }
  return rest;
}

enum class scope {
  open,      // a namespace or a type: may hold functions
  function,  // a body, and all that is in it
  inner,     // a value, or a block of a function
};

/// What the brace after these words opens.
scope scope_after(std::string const& head) {
  static std::regex const named(R"(\b(class|struct|union|enum|namespace|extern)\b)");
  static std::regex const lambda(R"(=\s*\[)");
  if (std::regex_search(head, lambda)) return scope::function;
  auto const words = without(without(head, '(', ')'), '<', '>');
  if (std::regex_search(words, named)) return scope::open;
  if (head.find('(') == std::string::npos) return scope::inner;
  bool const value = words.find('=') != std::string::npos && words.find("operator") == std::string::npos;
  return value ? scope::inner : scope::function;
}

/// Reads code brace by brace; outside functions it remembers the words since the last statement.
class reader {
 public:
  std::vector<function_size> read(std::string_view code) {
    for (char const c : code) take(c);
    return std::move(found_);
  }

 private:
  void take(char c) {
    if (c == '\n') ++line_;
    if (c == '{') return open();
    if (c == '}') return close();
    if (in_code()) return;
    if (c == ';' && parentheses() == 0) return head_.clear();
    head_ += c;
  }

  bool in_code() const { return !scopes_.empty() && scopes_.back() != scope::open; }
  std::ptrdiff_t parentheses() const { return std::ranges::count(head_, '(') - std::ranges::count(head_, ')'); }

  // clang-format puts a space before a body and none before a member's or an argument's initialiser.
  bool at_initialiser() const {
    return parentheses() != 0 || (!head_.empty() && !std::isspace(static_cast<unsigned char>(head_.back())));
  }

  void open() {
    scopes_.push_back(in_code() || at_initialiser() ? scope::inner : scope_after(head_));
    if (scopes_.back() == scope::function) opened_ = line_;
    if (scopes_.back() != scope::inner) head_.clear();
  }

  void close() {
    if (scopes_.empty()) return;
    auto const closed = scopes_.back();
    scopes_.pop_back();
    if (closed == scope::function) found_.push_back({opened_, line_ - opened_});
    if (closed != scope::inner) head_.clear();
  }

  std::vector<scope> scopes_;
  std::string head_;
  std::size_t line_ = 1;
  std::size_t opened_ = 0;
  std::vector<function_size> found_;
};

}  // namespace

std::vector<function_size> functions_in(std::string_view text) {
  auto code = code_of(text);
  blank_preprocessor(code);
  return reader().read(code);
}

}  // namespace weft::hygiene
