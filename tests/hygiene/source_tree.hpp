// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::hygiene {

/// A file of the project. The path is relative to the project's root.
struct source {
  std::string path;
  std::string text;
};

/// What a check found, one line each, ready to print.
using complaints = std::vector<std::string>;

/// Every C and C++ file of the project, ordered by path. Read once.
std::vector<source> const& tree();

/// The names of the folders directly under a folder of the project.
std::vector<std::string> folders_under(std::string_view folder);

std::vector<std::string_view> lines(std::string_view text);

/// The text with comments blanked, and the insides of string and character literals: every line and column keeps its
/// place.
std::string code_of(std::string_view text);

/// Fails the test case with every complaint.
void expect_none(complaints const& found);

}  // namespace weft::hygiene
