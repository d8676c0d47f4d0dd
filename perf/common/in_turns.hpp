// SPDX-License-Identifier: MIT
// Several pieces of work that take turns, so that a machine that changes its pace changes it for all of them.
#pragma once

#include "measure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace perf {

/// Nanoseconds that `step` takes, of `count` of them.
template <class Step>
double nanoseconds_each(std::size_t count, Step&& step) {
  auto const begin = steady::now();
  for (std::size_t i = 0; i != count; ++i) step();
  return std::chrono::duration<double, std::nano>(steady::now() - begin).count() / static_cast<double>(count);
}

/// Something that is measured: `run` says what one step of it cost, in nanoseconds.
struct contestant {
  std::string name;
  std::function<double()> run;
  std::vector<double> results{};
};

/// Runs all `rounds` times, and once before that does not count; prints the median of each.
/// \return the medians
inline std::vector<double> compete(std::size_t rounds, std::vector<contestant> all) {
  for (auto& c : all) (void)c.run();
  for (std::size_t i = 0; i != rounds; ++i)
    for (auto& c : all) c.results.push_back(c.run());
  std::vector<double> medians;
  for (auto& c : all) {
    auto const middle = c.results.begin() + static_cast<std::ptrdiff_t>(rounds / 2);
    std::nth_element(c.results.begin(), middle, c.results.end());
    medians.push_back(*middle);
    std::printf("%-52s %8.1f ns\n", c.name.c_str(), *middle);
  }
  return medians;
}

}  // namespace perf
