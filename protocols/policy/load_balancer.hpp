// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/pipe.hpp>

#include "policy/levels.hpp"

#include <cassert>
#include <cstddef>
#include <utility>

namespace weft::policy {

/// Round robin over the pipes that can take a message now, those of the best priority that has any. Who joins,
/// joins at the end of its line, so nobody's turn moves when others come and go.
/// Thread safety: none; guarded by the socket's lock.
class load_balancer {
 public:
  /// `p` became writable.
  void add(ext::pipe& p) noexcept {
    if (!p.send_hook.linked()) ready_.push_back(p, p.send_priority());
  }
  void remove(ext::pipe& p) noexcept { p.send_hook.unlink(); }

  /// Whether no pipe can take a message now.
  bool empty() noexcept {
    // A pipe that was closed has no credit left, and may be some time in going.
    ext::pipe* p = ready_.first();
    for (; p && !p->can_send(); p = ready_.first()) remove(*p);
    return !p;
  }

  /// The next pipe whose peer takes a body of `size` bytes, whatever its priority; null when none that is ready
  /// does. One that is passed over for its limit keeps its turn.
  ext::pipe* next(std::size_t size) noexcept {
    ext::pipe* p = ready_.first();
    while (p && !(p->can_send() && size <= p->max_message())) p = ready_.next(*p, p->send_priority());
    return p;
  }

  /// Sends to `p` and ends its turn. \pre p is next(m.size())
  void send(ext::pipe& p, message&& m) noexcept {
    assert(p.can_send());
    p.send(std::move(m));
    if (p.can_send())
      ready_.move_back(p, p.send_priority());
    else
      remove(p);
  }

 private:
  levels<&ext::pipe::send_hook> ready_;  // whose turn it is stands first
};

}  // namespace weft::policy
