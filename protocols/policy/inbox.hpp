// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include "policy/fair_queue.hpp"

#include <optional>
#include <utility>

namespace weft::policy {

/// What waits for receive(): messages from many pipes, one from each in turn; or only the newest of them all.
/// Thread safety: none; guarded by the socket's lock.
class inbox {
 public:
  /// `conflate`: a new message takes the place of one that nobody has received yet, which is dropped.
  inbox(ext::protocol_host& host, bool conflate) noexcept : host_(host), conflate_(conflate) {}

  bool empty() const noexcept { return queue_.empty() && !newest_; }
  /// Whether pipes have left so much behind that no new ones should be let in.
  bool full() const noexcept { return queue_.full(); }

  /// A peer is there. Stale messages have to go though nobody receives.
  void attach() noexcept {
    if (conflate_ && !std::exchange(tends_, true)) host_.tend(true);
  }
  /// `p` has a message.
  void add(ext::pipe& p) {
    if (!conflate_) return queue_.add(p);
    while (p.can_receive()) replace(p);
  }
  /// `p` goes, and what it holds stays.
  void keep(ext::pipe& p) {
    if (!conflate_) return queue_.keep(p);
    add(p);
    if (from_ == &p) from_ = nullptr;
  }

  /// \pre !empty()
  message receive() {
    if (!conflate_) return queue_.receive();
    message m = *std::move(newest_);
    newest_.reset();
    return m;
  }

 private:
  void replace(ext::pipe& p) {
    if (newest_) host_.drop(drop_reason::displaced, direction::incoming, from_, *std::move(newest_));
    newest_ = p.receive();
    from_ = &p;
  }

  ext::protocol_host& host_;
  bool const conflate_;
  bool tends_ = false;
  fair_queue queue_;
  std::optional<message> newest_;
  ext::pipe* from_ = nullptr;  // whose `newest_` is; null when that has gone
};

}  // namespace weft::policy
