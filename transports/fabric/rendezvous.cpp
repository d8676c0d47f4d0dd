// SPDX-License-Identifier: MIT
#include "fabric/rendezvous.hpp"

#include "fabric/tag.hpp"

#include <algorithm>

namespace weft::ofi {

bool outgoing_plan::accept(clearance const& c) noexcept {
  if (c.offset != cleared_ || c.count == 0 || c.chunk == 0) return false;
  auto const left = size_ - cleared_;
  // Only the last chunk of the body may be cut short; so all but one lie within it whole.
  auto const whole = std::uint64_t{c.chunk} * (c.count - 1);
  if (left == 0 || whole >= left) return false;
  auto const cleared = std::min(left, whole + c.chunk);
  if (c.chunk < smallest_chunk && (c.count != 1 || cleared != left)) return false;
  cleared_ += cleared;
  return true;
}

clear_queue::chunk clear_queue::next(std::uint64_t size) const noexcept {
  auto const& c = front();
  auto const offset = c.offset + std::uint64_t{c.chunk} * done_;
  return {c.transfer, (c.first_id + done_) & tag::low_mask, offset,
          static_cast<std::uint32_t>(std::min<std::uint64_t>(c.chunk, size - offset))};
}

void clear_queue::pop() noexcept {
  if (++done_ != front().count) return;
  done_ = 0;
  head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace weft::ofi
