// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backlog.hpp"
#include "policy/outlet.hpp"

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
  router(ext::protocol_host& host, std::size_t limit) noexcept : limit_(limit), backlog_(host) {}

  void attach(ext::pipe& p) {
    p.note = &routes_.try_emplace(static_cast<std::uint32_t>(p.id()), p, backlog_, limit_).first->second;
  }
  void detach(ext::pipe& p) {
    route_to(p).abandon();
    routes_.erase(static_cast<std::uint32_t>(p.id()));
    p.note = nullptr;
  }
  void writable(ext::pipe& p) noexcept { route_to(p).drain(); }

  /// Takes the message, whatever becomes of it; but for one over the peer's limit, which stays as it was.
  std::error_code send(std::uint32_t to, message& m) {
    auto const found = routes_.find(to);
    if (found == routes_.end()) {
      backlog_.host().drop(drop_reason::peer_gone, direction::outgoing, nullptr, std::move(m));
      return {};
    }
    if (!found->second.takes(m)) return errc::message_too_large;
    found->second.put(std::move(m));
    return {};
  }

  std::size_t queued() const noexcept { return backlog_.size(); }

 private:
  static outlet& route_to(ext::pipe& p) noexcept { return *static_cast<outlet*>(p.note); }

  std::size_t const limit_;
  backlog backlog_;  // for all pipes
  std::unordered_map<std::uint32_t, outlet> routes_;
};

}  // namespace weft::policy
