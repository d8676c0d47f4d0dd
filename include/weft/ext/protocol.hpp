// SPDX-License-Identifier: MIT
#pragma once

#include <weft/counters.hpp>
#include <weft/error.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace weft::ext {

/// One conversation on a socket. push and pull have a single one; req and rep open as many as asked.
/// Every member is called with the socket's lock held. A context is destroyed before its protocol.
class context {
 public:
  virtual ~context() = default;

  virtual bool can_send() const noexcept = 0;  ///< send() would finish now, well or badly
  /// Why can_send() says no: no_peers or peers_full, or would_block where neither fits.
  virtual std::error_code why_not() const noexcept { return errc::would_block; }

  /// Whether send() goes by what the peers have said, though it waits for nothing: the socket then looks at the network
  /// before it, unless it has just done so. Constant, and called without the lock.
  virtual bool heeds_peers() const noexcept { return false; }

  /// Takes the message and returns no error; or leaves it as it was and says why.
  /// \pre can_send()
  virtual std::error_code send(message&) = 0;

  virtual bool can_receive() const noexcept = 0;  ///< receive() would finish now, well or badly
  /// Puts what comes next in the message's place and returns no error; or leaves that as it was and says why.
  /// \pre can_receive()
  virtual std::error_code receive(message&) = 0;
  result<message> receive() {
    message m;
    if (auto const why = receive(m)) return why;
    return m;
  }
  /// receive() would say wrong_state: nothing was asked. Who waits on a channel waits on.
  virtual bool idle() const noexcept { return false; }

  /// A caller gave up its receive() (deadline, stop); what it was waiting for may be forgotten.
  virtual void abandon_receive() noexcept {}

  /// It was woken, and whoever waited here wants nothing any more: somebody else may be woken in its place.
  virtual void pass_on() noexcept {}

  /// The time given to protocol_host::arm() has come.
  virtual void expire() {}

  /// Callers parked in receive(). The socket keeps count; a protocol may read it.
  unsigned waiting = 0;

  // For the socket, not for protocols: parked callers and the alarm.
  struct parking;
  parking* place = nullptr;
};

/// What a context can do besides where its protocol filters by topic. Called with the socket's lock held.
class topic_filter {
 public:
  virtual void subscribe(std::span<std::byte const> prefix) = 0;
  /// \return whether there was such a subscription
  virtual bool unsubscribe(std::span<std::byte const> prefix) = 0;

 protected:
  ~topic_filter() = default;
};

/// What a context can do besides where its protocol sends to one named peer. Called with the socket's lock held.
class addressed_sender {
 public:
  /// As context::send(), to that peer and at once, whatever can_send() says: \return no_peers when it is gone,
  /// peers_full when it has no room.
  virtual std::error_code send_to(pipe_id, message&) = 0;

 protected:
  ~addressed_sender() = default;
};

/// What the socket does for its protocol. Called with the socket's lock held; marks, and acts when the
/// protocol has returned: a protocol is never entered twice.
class protocol_host {
 public:
  virtual clock::time_point now() const noexcept = 0;
  virtual void wake_senders() noexcept = 0;                    ///< some can_send() may have become true
  virtual void wake_receivers(context&) noexcept = 0;          ///< this can_receive() may have become true
  virtual void arm(context&, clock::time_point) noexcept = 0;  ///< replaces an earlier time
  virtual void disarm(context&) noexcept = 0;
  /// While it is on, the socket moves though nobody is in a call on it: the protocol keeps messages that wait for a
  /// pipe to have room, say. Counts: as often off as on. Not from the protocol's constructor.
  virtual void tend(bool on) noexcept = 0;
  /// A message ends here, and neither its sender nor its receiver is told by an error. Counts it, and shows it to
  /// whoever watches. `p`: whom it came from, or was for; null when that is nobody in particular.
  virtual void drop(drop_reason, direction, pipe const* p, message&&) noexcept = 0;

 protected:
  ~protocol_host() = default;
};

/// The behaviour of one scalability protocol on one socket.
///
/// A protocol is passive. It never blocks, waits, locks or starts a thread: the socket calls it, under the
/// socket's lock, when a peer comes or goes, when the network moves, or when a caller wants something.
/// Waiting, time-outs, cancellation and wake-ups are the socket's business.
class protocol {
 public:
  virtual ~protocol() = default;

  /// \return an error to refuse the peer, who is told; detach() is not called then.
  virtual std::error_code attach(pipe&) = 0;
  /// Once for each attached pipe. It can send no more, but may still hold messages: the last chance to take them.
  virtual void detach(pipe&) = 0;
  virtual void readable(pipe&) = 0;  ///< pipe.can_receive() is true; called for each message that arrived
  /// So many messages arrived at once: for protocols to which that is no more than one.
  virtual void readable_many(pipe& p, unsigned n) {
    for (; n > 0 && p.can_receive(); --n) readable(p);
  }
  virtual void writable(pipe&) = 0;  ///< pipe.can_send() became true
  virtual std::unique_ptr<context> open_context() = 0;

  /// Messages that send() took and that wait in the protocol for a peer with room: close(linger) gives them time.
  virtual std::size_t queued() const noexcept { return 0; }
};

}  // namespace weft::ext
