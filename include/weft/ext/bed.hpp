// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/options.hpp>

#include <atomic>
#include <cstdint>

namespace weft::ext {

/// Where one thread sleeps until it is woken.
class WEFT_API bed {
 public:
  /// What is still to be done to wake who sleeps, and needs nothing of the bed; null for nothing.
  using sleeper = std::uint32_t const*;

  /// From any thread: ends the sleep that runs, once it is roused, or the next one. The last touch: its owner may be
  /// gone by the time it is.
  [[nodiscard]] sleeper mark() noexcept;
  static void rouse(sleeper) noexcept;
  void wake() noexcept { rouse(mark()); }
  /// \return whether it was woken; false when it is `until`
  bool rest(clock::time_point until) noexcept;

 private:
  std::atomic<std::uint32_t> word_{0};
};

}  // namespace weft::ext
