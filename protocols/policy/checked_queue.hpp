// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backtrace.hpp"
#include "policy/fair_queue.hpp"

#include <cstddef>
#include <utility>

namespace weft::policy {

/// A fair queue of messages whose headers make sense. One that came too far is dropped; a malformed one closes
/// its pipe, and nothing behind it is ever served.
///
/// `Check` moves the header from the body of a message, and says how it is; asked again it says the same.
/// Thread safety: none; guarded by the socket's lock.
template <class Check>
class checked_queue {
 public:
  checked_queue(ext::protocol_host& host, Check check) noexcept : host_(host), check_(check) {}

  bool empty() const noexcept { return kept_.empty() && line_.empty(); }
  /// Whether pipes have left so much behind that no new ones should be let in: see fair_queue.
  bool full() const noexcept { return kept_.size() > most_kept; }

  /// `p` has something new, or had its turn: it takes its place in the line once a good message stands in front.
  void line_up(ext::pipe& p) {
    while (!p.receive_hook.linked() && p.can_receive()) {
      switch (check_(p.front())) {
        case backtrace::complete:
          return line_.add(p);
        case backtrace::malformed:
          return p.close(errc::malformed);
        case backtrace::too_long:
          drop(drop_reason::too_many_hops, p, p.receive());
      }
    }
  }

  /// \pre !empty()
  message receive() {
    if (!kept_.empty()) return kept_.pop();
    ext::pipe& p = next();
    message m = p.receive();
    line_up(p);
    return m;
  }
  /// The pipe whose turn it is, which ends with that: line_up() again. For protocols that keep() nothing.
  /// \pre !empty()
  ext::pipe& next() noexcept { return line_.next(); }

  /// `p` goes, and what it holds reaches nobody.
  void remove(ext::pipe& p) { clear(p, false); }
  /// `p` goes, and what it holds stays: it was received, and its sender may have forgotten it.
  void keep(ext::pipe& p) { clear(p, true); }

 private:
  static constexpr std::size_t most_kept = 4096;

  void clear(ext::pipe& p, bool keep) {
    line_.remove(p);
    while (p.can_receive()) {
      message m = p.receive();
      auto const verdict = check_(m);
      if (verdict == backtrace::malformed) keep = false;  // from here on
      if (verdict != backtrace::complete)
        drop(verdict == backtrace::malformed ? drop_reason::malformed : drop_reason::too_many_hops, p, std::move(m));
      else if (keep)
        kept_.push(std::move(m));
      else
        drop(drop_reason::peer_gone, p, std::move(m));
    }
  }
  void drop(drop_reason why, ext::pipe& p, message&& m) noexcept {
    host_.drop(why, direction::incoming, &p, std::move(m));
  }

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

}  // namespace weft::policy
