// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"
#include "policy/outlet.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::policy {

/// Sends to many pipes at once and waits for none: what a connection has no credit for stands in a queue of its
/// own, and what finds that full is dropped for this peer only. All copies of a message share one body.
///
/// Uses the pipes' notes. Allocates when a pipe is added, and while a queue grows.
/// Thread safety: none; guarded by the socket's lock.
class distributor {
 public:
  /// `depth`: messages that may wait for one pipe, besides those its connection has taken.
  distributor(ext::protocol_host& host, std::size_t depth) noexcept : depth_(depth), backlog_(host) {}
  distributor(distributor const&) = delete;
  distributor& operator=(distributor const&) = delete;
  ~distributor() {
    while (!peers_.empty()) delete &peers_.pop_front();
  }

  void add(ext::pipe& p) {
    auto one = std::make_unique<peer>(p, backlog_, depth_);
    p.note = one.get();
    peers_.push_back(*one.release());
  }
  /// `p` goes, and what waited for it reaches nobody.
  void remove(ext::pipe& p) {
    std::unique_ptr<peer> const one(&peer_at(p));
    p.note = nullptr;
    one->abandon();
  }
  /// `p` became writable.
  void writable(ext::pipe& p) noexcept { peer_at(p).drain(); }

  /// Whether there are peers, and a body of `size` bytes is over the limit of each.
  bool refuses(std::size_t size) noexcept {
    for (peer* one = peers_.first(); one; one = peers_.next(*one))
      if (size <= one->pipe().max_message()) return false;
    return !peers_.empty();
  }

  /// To everybody, but not to `except`.
  void send(message&& m, pipe_id except = {}) {
    peer* last = nullptr;  // has the message itself
    for (peer* one = peers_.first(); one; one = peers_.next(*one)) {
      if (one->pipe().id() == except) continue;
      if (last) put(*last, m.share());
      last = one;
    }
    if (last)
      put(*last, std::move(m));
    else
      backlog_.host().drop(drop_reason::no_peer, direction::outgoing, nullptr, std::move(m));
  }

  /// Messages that wait for credit: one that waits for three pipes counts three times.
  std::size_t queued() const noexcept { return backlog_.size(); }

 private:
  struct peer : outlet {
    using outlet::outlet;
    ext::list_hook hook;
  };

  static peer& peer_at(ext::pipe& p) noexcept { return *static_cast<peer*>(p.note); }

  static void put(peer& to, message&& m) {
    if (to.takes(m))
      to.put(std::move(m));
    else
      to.drop(drop_reason::too_large, std::move(m));
  }

  std::size_t const depth_;
  backlog backlog_;
  ext::intrusive_list<peer, &peer::hook> peers_;  // in the order the pipes joined
};

}  // namespace weft::policy
