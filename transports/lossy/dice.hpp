// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>

namespace weft::transports {

/// Chance that repeats itself: the same seed and number give the same fate, whatever others draw.
/// Thread safety: none.
class dice {
 public:
  dice(std::uint32_t seed, std::uint32_t number) : random_(seeded(seed, number)) {}

  /// True with the given probability, from 0 to 1.
  bool happens(double probability) noexcept {
    constexpr double width = std::minstd_rand::max() - std::minstd_rand::min() + 1.0;
    return static_cast<double>(random_() - std::minstd_rand::min()) < probability * width;
  }
  /// From 1 to `most`.
  unsigned up_to(unsigned most) { return std::uniform_int_distribution<unsigned>(1, most)(random_); }

 private:
  // Neighbours must not start alike, and a congruential generator's do unless their seeds are mixed.
  static std::minstd_rand seeded(std::uint32_t seed, std::uint32_t number) {
    std::seed_seq mixed{seed, number};
    return std::minstd_rand(mixed);
  }

  std::minstd_rand random_;
};

}  // namespace weft::transports
