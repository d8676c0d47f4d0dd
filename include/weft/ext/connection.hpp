// SPDX-License-Identifier: MIT
#pragma once

#include <weft/counters.hpp>
#include <weft/fault.hpp>
#include <weft/message.hpp>
#include <weft/pipe_info.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <system_error>

namespace weft::ext {

class progress_source;

/// How a connection asks for attention. The socket answers with connection::progress().
class doorbell {
 public:
  virtual ~doorbell() = default;

  /// Called from any thread that holds no socket's lock. Many rings before one answer count once.
  virtual void ring() noexcept = 0;

  /// Whose it is. None: it can only be rung.
  struct place {
    void const* socket = nullptr;
    std::uint32_t link = 0;
  };
  virtual place where() const noexcept { return {}; }
};

/// Messages that have come and stay where they came, until they are taken one by one. Under the socket's lock.
class message_source {
 public:
  /// Puts the next one in the message's place. \return whether the connection's flush() has anything to do for it.
  /// \pre there is one
  virtual bool take(message&) noexcept = 0;

 protected:
  ~message_source() = default;
};

/// What a connection may tell its socket, from inside connection::progress() and nowhere else.
class connection_events {
 public:
  virtual void on_message(message&&) noexcept = 0;  ///< \pre a grant is held, or on_closed() follows at once
  /// So many at once, of so many bytes without their headers: they stand behind all that came before, and whoever
  /// takes them may do so later, until on_closed() has returned. \pre as on_message(), for each
  virtual void on_messages(message_source& from, unsigned n, std::uint64_t /*bytes*/) noexcept {
    for (; n > 0; --n) {
      message m;
      from.take(m);
      on_message(std::move(m));
    }
  }
  /// It came while the connection finishes, and there is no grant for it: nobody will ever receive it.
  virtual void on_unread(message&&) noexcept = 0;
  /// Messages ended on the way, and nothing is left of them but their number.
  virtual void on_dropped(drop_reason, direction, std::uint64_t /*messages*/) noexcept {}
  virtual void on_writable(unsigned sends) noexcept = 0;     ///< that many more sends may be posted
  virtual void on_closed(std::error_code why) noexcept = 0;  ///< exactly once, and last

 protected:
  ~connection_events() = default;
};

/// One established link to one peer, as a transport provides it.
///
/// Flow control is credit, both ways: the socket posts at most as many sends as on_writable() granted,
/// the connection delivers at most as many messages as grant() allowed; what it still holds when it closes
/// it delivers all the same, before on_closed().
///
/// All members but start() and flush() are called under the socket's lock, one at a time. They take note
/// and return: no system call, no waiting, no ring() and no other socket's lock. What needs one of these
/// is done in flush(), which the same thread calls after it has let the lock go (after progress() and send(): where
/// they ask for it); several threads may be in flush() at once, beside any other member. The destructor runs after
/// on_closed() was told (or when start() was never called), under no lock.
class connection {
 public:
  virtual ~connection() = default;

  /// The first call: from now on the connection may ring, and it rings at once if it has something to tell.
  virtual void start(std::shared_ptr<doorbell>) noexcept = 0;

  /// Tell what happened since the last time. \return whether flush() has anything to do for it: a call for each message
  /// that comes is not for nothing
  virtual bool progress(connection_events&) noexcept = 0;
  /// \pre a send credit is held; size() <= max_message(). \return whether flush() has anything to do for it
  virtual bool send(message&&) noexcept = 0;
  virtual void grant(unsigned messages) noexcept = 0;

  /// Deliver what was sent, then end in on_closed(). The peer may take its time: close() cuts it short.
  virtual void finish() noexcept = 0;
  /// Ends in on_closed() without waiting for the peer, which is told `why` where the wire can carry it.
  /// Idempotent.
  virtual void close(std::error_code why) noexcept = 0;

  virtual void flush() noexcept = 0;

  /// Messages that send() took and that the peer is not known to have. Under the socket's lock.
  virtual std::size_t unconfirmed() const noexcept { return 0; }
  /// What the peer did, if that is why it ended. From on_closed() on.
  virtual fault_kind fault() const noexcept { return fault_kind::none; }
  /// The largest body the peer takes. Constant.
  virtual std::size_t max_message() const noexcept { return std::numeric_limits<std::size_t>::max(); }
  /// What must be driven for this connection to move; null when its peer's calls move it (inproc). Constant.
  virtual progress_source* source() noexcept { return nullptr; }
  /// The peer is a weft too, so that it understands what protocols say to each other beyond SP. Constant.
  virtual bool peer_is_weft() const noexcept { return false; }
  /// The peer's address, for people. Constant.
  virtual std::string peer_address() const = 0;
  /// Adds what else there is to know of the peer. Constant.
  virtual void describe(pipe_info&) const {}
};

}  // namespace weft::ext
