// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/tag.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace weft::ofi {

class flow;

/// Who receives where on an endpoint, and under which generation.
/// Thread safety: any thread; find() takes no lock.
class slot_table {
 public:
  struct entry {
    std::atomic<flow*> user{nullptr};
    std::uint32_t generation = 0;
    std::uint32_t next_bulk = 0;  // goes on when the slot changes hands: late messages of old transfers match nothing
  };
  struct place {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    entry* at = nullptr;
  };

  slot_table() noexcept = default;
  slot_table(slot_table const&) = delete;
  slot_table& operator=(slot_table const&) = delete;
  ~slot_table();

  /// A free slot under its next generation; nothing when all are taken. It is found once occupy()'d.
  std::optional<place> claim();
  void occupy(place const& p, flow& f) noexcept { p.at->user.store(&f, std::memory_order_release); }
  void release(place const& p) noexcept;

  /// \return null for a slot that nobody has
  flow* find(std::uint32_t slot) const noexcept {
    auto const* chunk = chunks_[slot / chunk_size].load(std::memory_order_acquire);
    return chunk ? chunk[slot % chunk_size].user.load(std::memory_order_acquire) : nullptr;
  }

  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t chunk_size = 1024;

  entry& at(std::uint32_t slot) noexcept { return chunks_[slot / chunk_size].load()[slot % chunk_size]; }

  std::array<std::atomic<entry*>, tag::slots / chunk_size> chunks_{};
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::uint32_t made_ = 0;
  std::atomic<std::size_t> used_{0};
};

}  // namespace weft::ofi
