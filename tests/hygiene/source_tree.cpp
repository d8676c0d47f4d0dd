// SPDX-License-Identifier: MIT
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace weft::hygiene {

namespace fs = std::filesystem;

namespace {

fs::path const root = WEFT_SOURCE_DIR;

std::vector<source> read_tree() {
  std::vector<source> found;
  for (auto const* top : {"examples", "include", "perf", "protocols", "src", "tests", "transports"}) {
    if (!fs::exists(root / top)) continue;
    for (auto const& entry : fs::recursive_directory_iterator(root / top)) {
      auto const kind = entry.path().extension();
      if (kind != ".cpp" && kind != ".hpp" && kind != ".h") continue;
      std::ifstream in(entry.path());
      found.push_back({entry.path().lexically_relative(root).generic_string(), {std::istreambuf_iterator(in), {}}});
    }
  }
  std::ranges::sort(found, {}, &source::path);
  return found;
}

/// Walks over a text once, blanking what is not code.
class blanker {
 public:
  explicit blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(text_);
  }

 private:
  bool sees(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

  void step() {
    if (sees("//")) return blank_until(text_.find('\n', at_));
    if (sees("/*")) return blank_until(after("*/", at_ + 2));
    if (sees("R\"")) return raw_string();
    if (text_[at_] == '"' || (text_[at_] == '\'' && !in_number())) return literal(text_[at_]);
    ++at_;
  }

  std::size_t after(std::string_view end, std::size_t from) const {
    auto const found = text_.find(end, from);
    return found == std::string::npos ? found : found + end.size();
  }

  // The quote in 1'000'000 opens nothing.
  bool in_number() const { return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])); }

  void blank_until(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_)
      if (text_[at_] != '\n') text_[at_] = ' ';
  }

  void literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    ++at_;
    blank_until(end);
    ++at_;
  }

  void raw_string() {
    auto const open = text_.find('(', at_);
    if (open == std::string::npos) return blank_until(open);
    auto const mark = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    blank_until(after(mark, open));
  }

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<source> const& tree() {
  static auto const all = read_tree();
  return all;
}

std::vector<std::string> folders_under(std::string_view folder) {
  std::vector<std::string> names;
  if (!fs::exists(root / folder)) return names;
  for (auto const& entry : fs::directory_iterator(root / folder))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    all.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::string code_of(std::string_view text) { return blanker(text).run(); }

void expect_none(complaints const& found) {
  std::string all;
  for (auto const& complaint : found) all += "\n  " + complaint;
  BOOST_TEST(found.empty(), "to put right:" << all);
}

}  // namespace weft::hygiene
