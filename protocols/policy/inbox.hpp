// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include "policy/fair_queue.hpp"

#include <optional>
#include <utility>

namespace weft::policy {

/// What waits for receive(): what a Queue of many pipes has; or only the newest message of them all.
/// Thread safety: none; guarded by the socket's lock.
template <class Queue>
class basic_inbox {
 public:
  /// `conflate`: a new message takes the place of one that nobody has received yet, which is dropped. `of_queue`: what
  /// the queue is made of.
  template <class... Args>
  basic_inbox(ext::protocol_host& host, bool conflate, Args&&... of_queue)
      : host_(host), conflate_(conflate), queue_(std::forward<Args>(of_queue)...) {}

  bool empty() const noexcept { return queue_.empty() && !newest_; }
  /// Whether pipes have left so much behind that no new ones should be let in.
  bool full() const noexcept { return queue_.full(); }

  /// A peer is there. Stale messages have to go though nobody receives.
  void attach() noexcept {
    if (conflate_ && !std::exchange(tends_, true)) host_.tend(true);
  }
  /// `p` has a message.
  void add(ext::pipe& p) {
    queue_.add(p);
    if (conflate_) keep_newest(&p);
  }
  /// `p` goes, and what it holds stays.
  void keep(ext::pipe& p) {
    queue_.keep(p);
    if (conflate_) keep_newest(&p);
    if (from_ == &p) from_ = nullptr;
  }

  /// In the message's place. \pre !empty()
  void receive(message& m) {
    if (!conflate_) [[likely]]
      return queue_.receive(m);
    m = *std::move(newest_);
    newest_.reset();
  }

 private:
  void keep_newest(ext::pipe* from) {
    while (!queue_.empty()) {
      if (newest_) host_.drop(drop_reason::displaced, direction::incoming, from_, *std::move(newest_));
      queue_.receive(newest_.emplace());
      from_ = from;
    }
  }

  ext::protocol_host& host_;
  bool const conflate_;
  bool tends_ = false;
  Queue queue_;  // empty when the newest is all there is to keep
  std::optional<message> newest_;
  ext::pipe* from_ = nullptr;  // whose `newest_` is; null when that has gone
};

using inbox = basic_inbox<fair_queue>;

}  // namespace weft::policy
