// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"
#include "policy/load_balancer.hpp"

#include <cstddef>
#include <utility>

namespace weft::policy {

/// Whether a message takes along the header it has when it is sent.
enum class headers {
  cleared,  ///< a leftover of where it came from, if it was forwarded
  kept,
};

/// Hands each message to the peer whose turn it is. What no peer has room for may wait here, up to a limit, and goes
/// out in order as soon as there is one.
/// Thread safety: none; guarded by the socket's lock.
class outbox {
 public:
  outbox(ext::protocol_host& host, std::size_t limit, headers h) noexcept
      : host_(host), limit_(limit), headers_(h), backlog_(host) {}

  void attach(ext::pipe& p) {
    ++attached_;
    if (p.can_send()) writable(p);
  }
  void detach(ext::pipe& p) noexcept {
    --attached_;
    peers_.remove(p);
  }
  void writable(ext::pipe& p) {
    peers_.add(p);
    if (!waiting_.empty()) [[unlikely]]
      send_waiting();
    if (can_send()) host_.wake_senders();
  }

  bool can_send() noexcept { return !peers_.empty() || waiting_.size() < limit_; }
  /// \pre !can_send()
  std::error_code why_not() const noexcept { return attached_ > 0 ? errc::peers_full : errc::no_peers; }

  /// Whether peers are ready, and a body of `size` bytes is over the limit of each.
  bool refuses(std::size_t size) noexcept { return !peers_.next(size) && !peers_.empty(); }
  /// \pre can_send()
  std::error_code send(message& m) {
    ext::pipe* const p = peers_.next(m.size());
    if (!p && !peers_.empty()) return errc::message_too_large;
    if (headers_ == headers::cleared) m.header().clear();
    if (p)
      peers_.send(*p, std::move(m));
    else
      wait(std::move(m));
    return {};
  }

  std::size_t queued() const noexcept { return waiting_.size(); }

 private:
  void wait(message&& m) {
    waiting_.push(std::move(m));
    backlog_.add();
  }
  /// What is over the limit of everybody who is ready would hold up all that is behind it.
  void send_waiting() {
    while (!waiting_.empty() && !peers_.empty()) {
      message m = waiting_.pop();
      backlog_.remove();
      if (ext::pipe* const p = peers_.next(m.size()))
        peers_.send(*p, std::move(m));
      else
        host_.drop(drop_reason::too_large, direction::outgoing, nullptr, std::move(m));
    }
  }

  ext::protocol_host& host_;
  std::size_t const limit_;
  headers const headers_;
  load_balancer peers_;
  ext::message_ring waiting_;  // empty while a peer is ready
  backlog backlog_;
  std::size_t attached_ = 0;
};

}  // namespace weft::policy
