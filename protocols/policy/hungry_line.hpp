// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

namespace weft::policy {

/// The contexts that asked can_receive() and were told no, of the many that share one queue: nobody else needs to be
/// woken. And of them one for each message that comes is enough: a socket with a thousand contexts pays for one.
///
/// A context that was woken and in the end takes nothing passes it on: see context::pass_on(). One that got something
/// without being woken may stand here still: it is woken for nothing, once.
/// Thread safety: none; guarded by the socket's lock.
template <class Context, ext::list_hook Context::*Hook>
class hungry_line {
 public:
  /// `c` asked for a message when there was none.
  void told_no(Context& c) noexcept {
    if (!(c.*Hook).linked()) line_.push_back(c);
  }
  /// There is a message. Wakes the first who waits, and on the way those who have only asked (try_receive(), a
  /// descriptor), of whom nobody knows whether they come again.
  void wake_one(ext::protocol_host& host) noexcept {
    while (!line_.empty()) {
      Context& c = line_.pop_front();
      host.wake_receivers(c);
      if (c.waiting > 0) return;
    }
  }

 private:
  ext::intrusive_list<Context, Hook> line_;  // who was told no first stands first
};

}  // namespace weft::policy
