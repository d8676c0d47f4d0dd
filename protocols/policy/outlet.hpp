// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"

#include <cstddef>
#include <utility>

namespace weft::policy {

/// A pipe, and the messages that wait until it has room: at most so many, and one more has its price.
/// Thread safety: none; guarded by the socket's lock.
class outlet {
 public:
  enum class overflow { drops_oldest, drops_newest };

  /// `all`: counts what waits in the protocol's outlets.
  outlet(ext::pipe& p, backlog& all, std::size_t limit, overflow o = overflow::drops_newest) noexcept
      : pipe_(p), all_(all), limit_(limit), overflow_(o) {}

  ext::pipe& pipe() const noexcept { return pipe_; }
  bool takes(message const& m) const noexcept { return m.size() <= pipe_.max_message(); }
  /// Whether the next message that has to wait costs one.
  bool full() const noexcept { return waiting_.size() >= limit_; }
  bool idle() const noexcept { return waiting_.empty(); }

  /// \pre takes(m)
  void put(message&& m) {
    if (waiting_.empty() && pipe_.can_send()) return pipe_.send(std::move(m));
    bool const displaces = full();
    if (displaces && overflow_ == overflow::drops_newest) return drop(drop_reason::full, std::move(m));
    if (displaces) drop(drop_reason::displaced, waiting_.pop());
    waiting_.push(std::move(m));
    if (!displaces) all_.add();
  }
  /// The pipe has room.
  void drain() noexcept {
    while (!waiting_.empty() && pipe_.can_send()) pipe_.send(take());
  }
  /// The pipe goes, and what waits for it goes with it.
  void abandon() noexcept {
    while (!waiting_.empty()) drop(drop_reason::peer_gone, take());
  }
  void drop(drop_reason why, message&& m) const noexcept {
    all_.host().drop(why, direction::outgoing, &pipe_, std::move(m));
  }

 private:
  message take() noexcept {
    all_.remove();
    return waiting_.pop();
  }

  ext::pipe& pipe_;
  backlog& all_;
  std::size_t const limit_;
  overflow const overflow_;
  ext::message_ring waiting_;  // oldest first; empty while the pipe has room
};

}  // namespace weft::policy
