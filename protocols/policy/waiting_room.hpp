// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>
#include <weft/ext/protocol.hpp>

namespace weft::policy {

/// Contexts that asked in vain whether there is something to receive. When there is, they are told, and nobody else:
/// a context that holds a request and has no caller costs nothing, however many there are.
/// Who has waited longest is told first.
/// Thread safety: none; guarded by the socket's lock.
class waiting_room {
 public:
  /// One for each context. Leaves the room when destroyed.
  struct seat {
    explicit seat(ext::context& c) noexcept : whose(c) {}
    ext::context& whose;
    ext::list_hook hook;
  };

  void enter(seat& s) noexcept {
    if (!s.hook.linked()) seats_.push_back(s);
  }
  /// Who still finds nothing, enters again.
  void call_all(ext::protocol_host& host) noexcept {
    while (!seats_.empty()) host.wake_receivers(seats_.pop_front().whose);
  }

 private:
  ext::intrusive_list<seat, &seat::hook> seats_;
};

}  // namespace weft::policy
