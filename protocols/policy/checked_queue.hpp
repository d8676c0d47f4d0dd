// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backtrace.hpp"
#include "policy/fair_queue.hpp"

#include <cstddef>

namespace weft::policy {

/// A fair queue of messages whose headers make sense. One that came too far is dropped; a malformed one closes its
/// pipe and stays in front, so that nothing behind it is ever served.
///
/// `Check` moves the header from the body of a message, and says how it is; asked again it says the same.
/// Thread safety: none; guarded by the socket's lock.
template <class Check>
class checked_queue {
 public:
  checked_queue(ext::protocol_host& host, Check check) noexcept : host_(host), check_(check) {}

  /// For what has not been looked at.
  void set_check(Check c) noexcept { check_ = c; }

  bool empty() const noexcept { return kept_.empty() && line_.empty(); }
  /// Whether pipes have left so much behind that no new ones should be let in: see fair_queue.
  bool full() const noexcept { return kept_.size() > most_kept; }

  /// `p` has something new, or had its turn: it takes its place in the line once a good message stands in front.
  void add(ext::pipe& p) {
    if (!p.receive_hook.linked() && settle(p)) line_.add(p);
  }
  /// `p` goes, and what it holds goes with it.
  void remove(ext::pipe& p) {
    line_.remove(p);
    if (p.can_receive() && check_(p.front()) == backtrace::malformed) drop(drop_reason::malformed, p);
  }
  /// `p` goes, and what it holds stays, as far as it makes sense: it was received, and its sender may have forgotten
  /// it.
  void keep(ext::pipe& p) {
    line_.remove(p);
    while (settle(p)) kept_.push(p.receive());
    remove(p);
  }

  /// In the message's place. \pre !empty()
  void receive(message& m) {
    if (!kept_.empty()) return kept_.pop(m);
    ext::pipe& p = next();
    p.receive(m);
    add(p);
  }
  /// The pipe whose turn it is, which ends with that: add() it again when the message is taken. For protocols that
  /// keep() nothing. \pre !empty()
  ext::pipe& next() noexcept { return line_.next(); }

 private:
  static constexpr std::size_t most_kept = 4096;

  /// Whether a good message stands in front of `p` now.
  bool settle(ext::pipe& p) {
    while (p.can_receive()) {
      switch (check_(p.front())) {
        case backtrace::complete:
          return true;
        case backtrace::malformed:
          p.close(errc::malformed);
          return false;
        case backtrace::too_long:
          drop(drop_reason::too_many_hops, p);
      }
    }
    return false;
  }
  void drop(drop_reason why, ext::pipe& p) noexcept { host_.drop(why, direction::incoming, &p, p.receive()); }

  ext::protocol_host& host_;
  Check check_;
  ext::message_ring kept_;  // older than anything in the line
  fair_queue line_;         // pipes with a good message in front
};

/// The check of requests, surveys, and what answers them.
struct stack_within {
  unsigned limit;  // words, the id included
  backtrace operator()(message& m) const { return gather(m, limit); }
};
/// For answers: one is as long as what it answers, which those it went through have let pass.
inline constexpr stack_within any_length{header::capacity - 1};

using traced_queue = checked_queue<stack_within>;

}  // namespace weft::policy
