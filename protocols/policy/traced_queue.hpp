// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backtrace.hpp"
#include "policy/fair_queue.hpp"

#include <cstddef>

namespace weft::policy {

/// A fair queue of messages that begin with a backtrace. Before a pipe gets its place in the line, the backtrace of
/// the message in front of it is gathered in the header. What came through too many hops is dropped. A pipe that
/// says what makes no sense is closed; the nonsense stays in front, so that nothing behind it is ever served.
/// Thread safety: none; guarded by the socket's lock.
class traced_queue {
 public:
  /// `limit` counts words, the id included.
  traced_queue(ext::protocol_host& host, unsigned limit) noexcept : host_(host), limit_(limit) {}

  bool empty() const noexcept { return kept_.empty() && line_.empty(); }
  /// Whether pipes have left so much behind that no new ones should be let in.
  bool full() const noexcept { return kept_.size() > most_kept; }

  /// `p` has a message.
  void add(ext::pipe& p) {
    if (settle(p)) line_.add(p);
  }
  /// `p` goes, and what it holds goes with it.
  void remove(ext::pipe& p) noexcept {
    line_.remove(p);
    if (p.can_receive() && gather(p.front(), limit_) == backtrace::malformed)
      host_.drop(drop_reason::malformed, direction::incoming, &p, p.receive());
  }
  /// `p` goes, and what it holds stays, as far as it makes sense.
  void keep(ext::pipe& p) {
    line_.remove(p);
    while (settle(p)) kept_.push(p.receive());
    remove(p);
  }

  /// \pre !empty()
  message receive() {
    if (!kept_.empty()) return kept_.pop();
    ext::pipe& p = next();
    message m = p.receive();
    add(p);
    return m;
  }
  /// The pipe whose turn it is, with a good message in front. Its turn ends with that: add() it again when the
  /// message is taken. For protocols that keep() nothing. \pre !empty()
  ext::pipe& next() noexcept { return line_.next(); }

 private:
  static constexpr std::size_t most_kept = 4096;

  /// Whether a good message stands in front of `p` now.
  bool settle(ext::pipe& p) {
    while (p.can_receive()) {
      switch (gather(p.front(), limit_)) {
        case backtrace::complete:
          return true;
        case backtrace::malformed:
          p.close(errc::malformed);
          return false;
        case backtrace::too_long:
          host_.drop(drop_reason::too_many_hops, direction::incoming, &p, p.receive());
      }
    }
    return false;
  }

  ext::protocol_host& host_;
  unsigned const limit_;
  ext::message_ring kept_;  // older than anything in the line
  fair_queue line_;         // pipes with a good message in front
};

}  // namespace weft::policy
