// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fault.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/socket.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace weft {

namespace core {
class event_queue;
}

/// Something that happened to a socket's connections.
struct monitor_event {
  enum kind {
    connected,  ///< a peer is attached
    refused,    ///< a dial failed: nobody there, an answer that made no sense, a time-out; it is tried again
    rejected,   ///< a peer came and was turned away, by us or by it
    lost,       ///< an attached peer is gone
    warning,    ///< a listen() did what it was asked to, and perhaps should not have been, or cannot accept for now:
                ///< `detail` says why
    dropped,    ///< a message ended without reaching anybody; only for monitors that ask for these
  };
  kind what = connected;
  std::string url{};            ///< as dialed or listened at
  std::string peer{};           ///< the peer's address, when it is known
  pipe_id pipe{};               ///< zero when there was none yet
  std::error_code why{};        ///< zero for connected, and for a peer that said goodbye
  std::string detail{};         ///< for people; may be empty
  fault_kind fault{};           ///< what the peer did, if that is why
  std::size_t unconfirmed = 0;  ///< lost: messages sent and not known to have arrived

  drop_reason reason{};  ///< dropped: why, and which way it went
  direction which{};
  std::shared_ptr<weft::message const> message{};  ///< dropped: what
};

struct monitor_options {
  bool drops = false;  ///< also every dropped message, with its content
};

/// Sees what happens to a socket's connections, from the moment it is made, as values.
/// Keeps the latest 1024 events; overflowed() counts older ones that nobody took.
/// Thread safety: all members.
class WEFT_API monitor {
 public:
  template <class Socket>
  requires std::derived_from<Socket, socket_endpoints<Socket>>
  explicit monitor(Socket& s, monitor_options const& o = {}) : monitor(socket_access::of(s), o) {}
  monitor(monitor&&) noexcept = default;
  monitor& operator=(monitor&&) = delete;
  ~monitor();

  std::optional<monitor_event> try_next();
  /// Waits for the next event; empty when the deadline or stop came first, or the socket was closed.
  std::optional<monitor_event> next(op_options const& = {});
  std::size_t overflowed() const;

 private:
  monitor(std::shared_ptr<core::socket>, monitor_options const&);

  std::shared_ptr<core::socket> socket_;
  std::shared_ptr<core::event_queue> events_;
};

}  // namespace weft
