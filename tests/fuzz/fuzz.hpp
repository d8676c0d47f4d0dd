// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What reads untrusted bytes, given any bytes at all. Each target is a program for libFuzzer (./dev fuzz), and a test
// that runs its corpus and what grows out of it by fixed seeds.
namespace weft::fuzz {

using bytes = std::span<std::byte const>;

/// Throws nothing for any input, unless a promise is broken.
struct target {
  target(std::string_view name, void (*run)(bytes));  ///< keeps itself among targets()

  std::string_view name;  ///< of its folder in corpus/, too
  void (*run)(bytes);
};

std::vector<target const*>& targets();

/// A promise that no input may break.
inline void require(bool kept, char const* promise) {
  if (!kept) throw std::logic_error(promise);
}

/// Takes an input apart.
class input {
 public:
  explicit input(bytes all) noexcept : left_(all) {}

  unsigned byte() noexcept {
    if (left_.empty()) return 0;
    auto const b = std::to_integer<unsigned>(left_.front());
    left_ = left_.subspan(1);
    return b;
  }
  bytes rest() const noexcept { return left_; }
  bool empty() const noexcept { return left_.empty(); }

  /// The next few bytes of the rest, at most `most`.
  bytes some(std::size_t most) noexcept {
    auto const taken = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  bytes left_;
};

inline std::string text(bytes b) { return {reinterpret_cast<char const*>(b.data()), b.size()}; }

inline bool same(bytes a, bytes b) { return std::ranges::equal(a, b); }

}  // namespace weft::fuzz
