// SPDX-License-Identifier: MIT
#include "fabric/slots.hpp"

namespace weft::ofi {

slot_table::~slot_table() {
  for (auto& chunk : chunks_) delete[] chunk.load();
}

std::optional<slot_table::place> slot_table::claim() {
  std::lock_guard lock(mutex_);
  std::uint32_t slot;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    if (made_ == tag::slots) return {};
    if (made_ % chunk_size == 0) {
      free_.reserve(made_ + chunk_size);  // so that release() cannot fail
      chunks_[made_ / chunk_size].store(new entry[chunk_size], std::memory_order_release);
    }
    slot = made_++;
  }
  auto& e = at(slot);
  // Zero is no generation: it would be the tag of a receiver that forgot its own.
  e.generation = e.generation == tag::low_mask ? 1 : e.generation + 1;
  used_.fetch_add(1, std::memory_order_relaxed);
  return place{slot, e.generation, &e};
}

void slot_table::release(place const& p) noexcept {
  std::lock_guard lock(mutex_);
  p.at->user.store(nullptr, std::memory_order_release);
  free_.push_back(p.slot);
  used_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace weft::ofi
