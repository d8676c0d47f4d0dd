// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace weft::ofi {

/// The 48 bits by which a message finds its way (docs/wire-fabric.md, section 2): [47:44 kind][43:24 slot][23:0 low].
struct tag {
  enum class kind : std::uint8_t { frame = 1, bulk = 2 };

  static constexpr unsigned slot_bits = 20;
  static constexpr unsigned low_bits = 24;
  static constexpr std::uint32_t slots = 1u << slot_bits;
  static constexpr std::uint32_t low_mask = (1u << low_bits) - 1;

  /// What a receive for frames of any connection ignores.
  static constexpr std::uint64_t any = (std::uint64_t{1} << (slot_bits + low_bits)) - 1;

  static constexpr std::uint64_t frame(std::uint32_t slot, std::uint32_t generation) noexcept {
    return make(kind::frame, slot, generation);
  }
  static constexpr std::uint64_t bulk(std::uint32_t slot, std::uint32_t id) noexcept {
    return make(kind::bulk, slot, id);
  }
  static constexpr std::uint32_t slot_of(std::uint64_t t) noexcept {
    return static_cast<std::uint32_t>(t >> low_bits) & (slots - 1);
  }
  static constexpr std::uint32_t low_of(std::uint64_t t) noexcept { return static_cast<std::uint32_t>(t) & low_mask; }

 private:
  static constexpr std::uint64_t make(kind k, std::uint32_t slot, std::uint32_t low) noexcept {
    return std::uint64_t{static_cast<std::uint8_t>(k)} << (slot_bits + low_bits) |
           std::uint64_t{slot & (slots - 1)} << low_bits | (low & low_mask);
  }
};

}  // namespace weft::ofi
