// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace weft::policy {

/// Sends each message to the pipe that is named. What that has no room for waits, up to a limit for each pipe, so
/// that a slow peer holds up nobody else; what comes on top is dropped. Uses pipe::note.
/// Thread safety: none; guarded by the socket's lock.
class router {
 public:
  /// `limit`: messages that may wait for one pipe.
  router(ext::protocol_host& host, std::size_t limit) noexcept : host_(host), limit_(limit), backlog_(host) {}

  void attach(ext::pipe& p) { p.note = &routes_.try_emplace(static_cast<std::uint32_t>(p.id()), p).first->second; }
  void detach(ext::pipe& p) {
    for (auto& waiting = route_to(p).waiting; !waiting.empty(); backlog_.remove())
      host_.drop(drop_reason::peer_gone, direction::outgoing, &p, waiting.pop());
    routes_.erase(static_cast<std::uint32_t>(p.id()));
    p.note = nullptr;
  }
  void writable(ext::pipe& p) noexcept {
    for (auto& waiting = route_to(p).waiting; !waiting.empty() && p.can_send(); backlog_.remove())
      p.send(waiting.pop());
  }

  /// Takes the message, whatever becomes of it; but for one over the peer's limit, which stays as it was.
  std::error_code send(std::uint32_t to, message& m) {
    auto const found = routes_.find(to);
    if (found == routes_.end()) return drop(drop_reason::peer_gone, nullptr, m);
    auto& [pipe, waiting] = found->second;
    if (m.size() > pipe.max_message()) return errc::message_too_large;
    if (waiting.empty() && pipe.can_send()) {
      pipe.send(std::move(m));
    } else if (waiting.size() < limit_) {
      waiting.push(std::move(m));
      backlog_.add();
    } else {
      return drop(drop_reason::full, &pipe, m);
    }
    return {};
  }

  std::size_t queued() const noexcept { return backlog_.size(); }

 private:
  struct route {
    explicit route(ext::pipe& p) noexcept : pipe(p) {}
    ext::pipe& pipe;
    ext::message_ring waiting;  // empty while the pipe has room
  };

  static route& route_to(ext::pipe& p) noexcept { return *static_cast<route*>(p.note); }

  std::error_code drop(drop_reason why, ext::pipe const* p, message& m) noexcept {
    host_.drop(why, direction::outgoing, p, std::move(m));
    return {};
  }

  ext::protocol_host& host_;
  std::size_t const limit_;
  std::unordered_map<std::uint32_t, route> routes_;
  backlog backlog_;  // for all pipes
};

}  // namespace weft::policy
