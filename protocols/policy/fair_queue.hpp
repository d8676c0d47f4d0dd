// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>

#include "policy/levels.hpp"

#include <cstddef>

namespace weft::policy {

/// Takes messages from many pipes, one from each in turn. Who has something new stands at the end of the
/// line, so a busy peer delays another of its priority by one message at most. A pipe of a better priority is
/// served before all of the worse ones.
/// Thread safety: none; guarded by the socket's lock.
class fair_queue {
 public:
  bool empty() const noexcept { return kept_.empty() && line_.empty(); }

  /// `p` has a message.
  void add(ext::pipe& p) noexcept {
    if (!p.receive_hook.linked()) line_.push_back(p, p.receive_priority());
  }
  /// `p` goes, and what it holds goes with it.
  void remove(ext::pipe& p) noexcept { p.receive_hook.unlink(); }
  /// `p` goes, and what it holds stays: it was received, and its sender may have forgotten it.
  void keep(ext::pipe& p) {
    remove(p);
    while (p.can_receive()) kept_.push(p.receive());
  }
  /// Whether pipes have left so much behind that no new ones should be let in: peers that come, send and go
  /// while nobody receives must not fill the memory.
  bool full() const noexcept { return kept_.size() > most_kept; }

  /// In the message's place. \pre !empty()
  void receive(message& m) noexcept {
    if (!kept_.empty()) [[unlikely]]
      return kept_.pop(m);
    ext::pipe& p = *line_.first();
    p.receive(m);
    if (p.can_receive())
      line_.move_back(p, p.receive_priority());
    else
      remove(p);
  }
  /// The pipe whose turn it is, which ends with that: add() it again if it has more. For protocols that
  /// keep() nothing. \pre !empty()
  ext::pipe& next() noexcept {
    ext::pipe& p = *line_.first();
    remove(p);
    return p;
  }

 private:
  static constexpr std::size_t most_kept = 4096;

  ext::message_ring kept_;  // older than anything in the line
  levels<&ext::pipe::receive_hook> line_;
};

}  // namespace weft::policy
