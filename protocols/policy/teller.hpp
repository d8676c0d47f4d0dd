// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>

#include "policy/interest.hpp"
#include "policy/topics.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::policy {

/// Keeps one publisher informed of what its subscriber wants: once of everything, then of each change.
///
/// What the pipe has no room for waits. When more waits than a new list would take, it is thrown away and that list
/// is made instead, so a publisher that does not listen costs no more than that.
/// Thread safety: none; guarded by the socket's lock.
class teller {
 public:
  /// `all`: what is wanted now, whenever this asks.
  teller(ext::pipe& p, topics const& all) noexcept : pipe_(p), all_(all) {}

  /// Whether `p` leads to somebody who listens. Any other publisher must never see a word of this.
  static bool may_tell(ext::pipe const& p) noexcept {
    return p.peer_is_weft() && p.max_message() >= interest::least_message;
  }

  /// A change, for the next flush().
  void tell(interest::verb v, topics::text prefix) {
    if (list_due_) return;  // the list will have it
    add(v, prefix);
    if (waiting_ <= list_size_ + slack) return;
    while (!backlog_.empty()) backlog_.pop();
    open_.clear();
    waiting_ = 0;
    list_due_ = true;
  }

  /// Sends what the pipe has room for.
  void flush() {
    if (!pipe_.can_send()) return;
    if (list_due_) make_list();
    if (!open_.empty()) close_message();
    while (pipe_.can_send() && !backlog_.empty()) {
      message m = backlog_.pop();
      waiting_ -= m.size();
      interest::number(m.mutable_body(), sequence_++);
      pipe_.send(std::move(m));
    }
  }

  std::size_t waiting() const noexcept { return waiting_ + open_.size(); }  ///< bytes

 private:
  static constexpr std::size_t largest_message = 8192;
  static constexpr std::size_t slack = 64 << 10;

  void add(interest::verb v, topics::text prefix) {
    std::size_t const limit = std::min(largest_message, pipe_.max_message());
    if (open_.size() + interest::entry_size + prefix.size() > limit) close_message();
    open_.add(v, prefix);
  }
  void close_message() {
    backlog_.push(message(open_.bytes()));
    waiting_ += open_.size();
    open_.clear();
  }
  void make_list() {
    list_due_ = false;
    open_.flag(interest::begins);
    all_.for_each([this](topics::text prefix) { add(interest::verb::want, prefix); });
    open_.flag(interest::ends);
    close_message();
    list_size_ = waiting_;
  }

  ext::pipe& pipe_;
  topics const& all_;
  interest::writer open_;      // the last message, to which more may be added
  ext::message_ring backlog_;  // those before it
  std::size_t waiting_ = 0;    // bytes in the backlog
  std::size_t list_size_ = 0;  // of the latest list
  std::uint16_t sequence_ = 0;
  bool list_due_ = true;
};

}  // namespace weft::policy
