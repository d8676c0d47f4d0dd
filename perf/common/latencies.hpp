// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace perf {

/// Counts durations by size, so that any number of them takes the same memory. Buckets are within 0.4 % of what they
/// hold: 256 to each power of two.
class latencies {
 public:
  void add(std::int64_t nanoseconds) noexcept {
    auto const ns = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
    ++buckets_[std::min(index(ns), buckets - 1)];
    ++count_;
    sum_ += ns;
    max_ = std::max(max_, ns);
  }

  /// Microseconds that the given share of all durations did not exceed. \pre there is one
  double percentile(double share) const noexcept {
    auto const wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_ - 1)) + 1;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
      seen += buckets_[i];
      if (seen >= wanted) return std::min(middle(i), static_cast<double>(max_)) / 1e3;
    }
    return max();
  }
  double max() const noexcept { return static_cast<double>(max_) / 1e3; }
  double mean() const noexcept { return static_cast<double>(sum_) / static_cast<double>(count_) / 1e3; }

 private:
  static constexpr unsigned bits = 8;
  static constexpr std::size_t row = std::size_t{1} << bits;
  static constexpr std::size_t buckets = 36 * row;  // up to 2^43 ns, two hours

  // Below two rows a bucket is one nanosecond; after that each row doubles the width of its buckets.
  static std::size_t index(std::uint64_t ns) noexcept {
    if (ns < 2 * row) return ns;
    auto const shift = static_cast<unsigned>(std::bit_width(ns)) - (bits + 1);
    return shift * row + (ns >> shift);
  }
  static double middle(std::size_t i) noexcept {
    if (i < 2 * row) return static_cast<double>(i);
    auto const shift = i / row - 1;
    auto const low = static_cast<std::uint64_t>(i - shift * row) << shift;
    return static_cast<double>(low) + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
  }

  std::array<std::uint64_t, buckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace perf
