// SPDX-License-Identifier: MIT
#include "core/errands.hpp"

#include "core/socket.hpp"

#include <utility>

namespace weft::core {

bool errands::leave(socket& s) noexcept {
  if (!taken_ || (!for_lanes_ && s.has_lanes())) return false;
  s.errand_ = s.shared_from_this();
  (first_ ? last_->next_errand_ : first_) = &s;
  last_ = &s;
  return true;
}

void errands::run() noexcept {
  while (first_) {
    auto const s = std::move(first_->errand_);
    first_ = std::exchange(s->next_errand_, nullptr);
    s->attend_posted_ = false;
    s->attend();
  }
}

}  // namespace weft::core
