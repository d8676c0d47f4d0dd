// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "policy/interest.hpp"
#include "policy/topics.hpp"

#include <cstddef>
#include <cstdint>

namespace weft::policy {

/// What one subscriber wants, as far as its publisher knows. In any doubt it wants everything: before the first
/// list is complete, when a message of it is missing, and when the list is over the limit.
/// Thread safety: none; guarded by the socket's lock.
class wishes {
 public:
  struct limits {
    std::size_t topics;
    std::size_t bytes;  // of them all
  };
  explicit wishes(limits most) noexcept : most_(most) {}

  bool everything() const noexcept { return state_ != state::listed; }
  bool want(topics::text body) const noexcept { return everything() || topics_.matches(body); }
  std::size_t memory() const noexcept { return topics_.memory(); }

  /// The subscriber speaks. \return false when it makes no sense \throws std::bad_alloc
  bool hear(message const& m) {
    interest::reader r(m.body());
    if (!r.is_valid()) return false;
    if (r.sequence() != next_) forget(state::lost);
    next_ = static_cast<std::uint16_t>(r.sequence() + 1);
    if (r.is(interest::begins)) forget(state::listing);
    while (auto const e = r.next())
      if (state_ != state::lost) change(*e);
    if (r.is(interest::ends) && state_ == state::listing) state_ = state::listed;
    return r.is_valid();
  }

 private:
  enum class state : std::uint8_t { lost, listing, listed };

  void change(interest::entry const& e) {
    if (e.verb == interest::verb::forget) {
      if (topics_.remove(e.prefix) == topics::removal::gone) bytes_ -= e.prefix.size();
    } else if (!topics_.contains(e.prefix)) {
      if (topics_.size() == most_.topics || most_.bytes - bytes_ < e.prefix.size()) return forget(state::lost);
      topics_.add(e.prefix);
      bytes_ += e.prefix.size();
    }
  }
  void forget(state s) noexcept {
    topics_.clear();
    bytes_ = 0;
    state_ = s;
  }

  limits const most_;
  topics topics_;
  std::size_t bytes_ = 0;
  std::uint16_t next_ = 0;     // sequence number
  state state_ = state::lost;  // until the next list begins
};

}  // namespace weft::policy
