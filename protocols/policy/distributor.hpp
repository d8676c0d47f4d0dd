// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"

#include <cstddef>
#include <memory>

namespace weft::policy {

/// Sends to many pipes at once and waits for none: what a connection has no credit for stands in a queue of its
/// own, and what finds that full is dropped for this peer only. All copies of a message share one body.
///
/// Uses the pipes' notes. Allocates when a pipe is added, and while a queue grows.
/// Thread safety: none; guarded by the socket's lock.
class distributor {
 public:
  /// `depth`: messages that may wait for one pipe, besides those its connection has taken.
  distributor(ext::protocol_host& host, std::size_t depth) noexcept : host_(host), depth_(depth), backlog_(host) {}
  distributor(distributor const&) = delete;
  distributor& operator=(distributor const&) = delete;
  ~distributor() {
    while (!outboxes_.empty()) delete &outboxes_.pop_front();
  }

  void add(ext::pipe& p) {
    auto box = std::make_unique<outbox>(p);
    p.note = box.get();
    outboxes_.push_back(*box.release());
  }
  /// `p` goes, and what waited for it reaches nobody.
  void remove(ext::pipe& p) {
    std::unique_ptr<outbox> const box(&outbox_of(p));
    p.note = nullptr;
    for (; !box->waiting.empty(); backlog_.remove()) drop(drop_reason::peer_gone, p, box->waiting.pop());
  }
  /// `p` became writable.
  void writable(ext::pipe& p) noexcept {
    auto& waiting = outbox_of(p).waiting;
    for (; !waiting.empty() && p.can_send(); backlog_.remove()) p.send(waiting.pop());
  }

  /// Whether there are peers, and a body of `size` bytes is over the limit of each.
  bool refuses(std::size_t size) noexcept {
    for (outbox* b = outboxes_.first(); b; b = outboxes_.next(*b))
      if (size <= b->pipe.max_message()) return false;
    return !outboxes_.empty();
  }

  /// To everybody, but not to `except`.
  void send(message&& m, pipe_id except = {}) {
    outbox* last = nullptr;  // has the message itself
    for (outbox* b = outboxes_.first(); b; b = outboxes_.next(*b)) {
      if (b->pipe.id() == except) continue;
      if (last) put(*last, m.share());
      last = b;
    }
    if (last)
      put(*last, std::move(m));
    else
      host_.drop(drop_reason::no_peer, direction::outgoing, nullptr, std::move(m));
  }
  /// To one.
  void send_to(ext::pipe& p, message&& m) { put(outbox_of(p), std::move(m)); }

  /// Messages that wait for credit: one that waits for three pipes counts three times.
  std::size_t queued() const noexcept { return backlog_.size(); }

 private:
  struct outbox {
    explicit outbox(ext::pipe& p) noexcept : pipe(p) {}
    ext::pipe& pipe;
    ext::message_ring waiting;  // empty while the pipe has credit
    ext::list_hook hook;
  };

  static outbox& outbox_of(ext::pipe& p) noexcept { return *static_cast<outbox*>(p.note); }

  void put(outbox& b, message&& m) {
    if (m.size() > b.pipe.max_message()) return drop(drop_reason::too_large, b.pipe, std::move(m));
    if (b.pipe.can_send()) return b.pipe.send(std::move(m));
    if (b.waiting.size() == depth_) return drop(drop_reason::full, b.pipe, std::move(m));
    b.waiting.push(std::move(m));
    backlog_.add();
  }
  void drop(drop_reason why, ext::pipe& p, message&& m) noexcept {
    host_.drop(why, direction::outgoing, &p, std::move(m));
  }

  ext::protocol_host& host_;
  std::size_t const depth_;
  backlog backlog_;
  ext::intrusive_list<outbox, &outbox::hook> outboxes_;  // in the order the pipes joined
};

}  // namespace weft::policy
