// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include <cstddef>
#include <utility>

namespace weft::policy {

/// A pipe, and the messages that wait until it has room: at most so many, and one more has its price.
/// Thread safety: none; guarded by the socket's lock.
class outlet {
 public:
  enum class overflow { drops_oldest, drops_newest };

  outlet(ext::pipe& p, std::size_t limit, overflow o) noexcept : pipe_(p), limit_(limit), overflow_(o) {}

  ext::pipe& pipe() const noexcept { return pipe_; }
  bool takes(message const& m) const noexcept { return m.size() <= pipe_.max_message(); }
  /// Whether the next message that has to wait costs one.
  bool full() const noexcept { return waiting_.size() >= limit_; }
  std::size_t waiting() const noexcept { return waiting_.size(); }
  bool idle() const noexcept { return waiting_.empty(); }

  /// \pre takes(m)
  void put(message&& m, ext::protocol_host& host) {
    if (waiting_.empty() && pipe_.can_send()) return pipe_.send(std::move(m));
    if (full()) {
      if (overflow_ == overflow::drops_newest) return drop(drop_reason::full, std::move(m), host);
      drop(drop_reason::displaced, waiting_.pop(), host);
    }
    waiting_.push(std::move(m));
  }
  /// The pipe has room.
  void drain() noexcept {
    while (!waiting_.empty() && pipe_.can_send()) pipe_.send(waiting_.pop());
  }
  /// The pipe goes, and what waits for it goes with it.
  void abandon(ext::protocol_host& host) noexcept {
    while (!waiting_.empty()) drop(drop_reason::peer_gone, waiting_.pop(), host);
  }

 private:
  void drop(drop_reason why, message&& m, ext::protocol_host& host) const noexcept {
    host.drop(why, direction::outgoing, &pipe_, std::move(m));
  }

  ext::pipe& pipe_;
  std::size_t const limit_;
  overflow const overflow_;
  ext::message_ring waiting_;  // oldest first; empty while the pipe has room
};

}  // namespace weft::policy
