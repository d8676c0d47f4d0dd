// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/address.hpp>
#include <weft/fabric/client_options.hpp>
#include <weft/fabric/info.hpp>
#include <weft/fabric/memory.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::fabric {

class client_core;
class endpoint;
class listener_core;

/// A message that has come, in the buffer it came into: registered memory, where the provider wants that. It may
/// outlive the client; while it lives the client has one buffer less to receive into.
class WEFT_API incoming {
 public:
  incoming() noexcept = default;
  incoming(incoming&&) noexcept = default;
  incoming& operator=(incoming&& other) noexcept;
  ~incoming();

  /// Where it lies, as long as it lives; empty in one that is no message.
  ///@{
  std::span<std::byte const> bytes() const noexcept { return buffer_.bytes().first(buffer_ ? size_ : 0); }
  std::string_view text() const noexcept { return {reinterpret_cast<char const*>(bytes().data()), bytes().size()}; }
  ///@}
  /// Who sent it, where the provider tells (capability::source) and the sender is registered; else peer::any.
  peer from() const noexcept { return from_; }

 private:
  friend class client_core;
  incoming(memory_pool::buffer b, std::size_t bytes, peer from, std::weak_ptr<client_core> home) noexcept
      : buffer_(std::move(b)), size_(bytes), from_(from), home_(std::move(home)) {}
  void give_back() noexcept;

  memory_pool::buffer buffer_;
  std::size_t size_ = 0;
  peer from_ = peer::any;
  std::weak_ptr<client_core> home_;
};

/// A send that was started: it stays where it is until complete(). The lowest form, of which the others are made.
class WEFT_API pending_send {
 public:
  /// Once, from any thread, under no lock; `why` is set. The last that is done with it.
  virtual void complete() noexcept = 0;
  /// \return whether libfabric has not had it yet: then it completes with errc::canceled
  bool cancel() noexcept;
  std::error_code why;  ///< nothing when libfabric has the message

 protected:
  ~pending_send() = default;

 private:
  friend class client_core;
  std::weak_ptr<client_core> home_;
  std::function<void(std::error_code)> span_;
};

/// A receive that was started, likewise.
class WEFT_API pending_receive {
 public:
  /// As pending_send::complete(): `why`, or `message`, is set.
  virtual void complete() noexcept = 0;
  /// \return whether it was still waiting: then it completes with errc::canceled
  bool cancel() noexcept;
  std::error_code why;            ///< nothing when there is a message
  incoming message;               ///< to be moved out of it
  std::optional<peer> from = {};  ///< set before it is started: only messages of that peer

 protected:
  ~pending_receive() = default;

 private:
  friend class client_core;
  std::weak_ptr<client_core> home_;
  std::function<void(std::error_code)> span_;
};

/// libfabric at work: an endpoint with buffers, posted receives, and a thread that drives it. Messages go to peers, or
/// over the one connection (MSG).
///
/// Sends take a copy. As many as options.send_buffers may be on their way, those among them that the provider has no
/// room for, or no connection yet, are tried again in their order for each peer: one that cannot be reached holds up no
/// other, but keeps their buffers. One more waits (send()) or is refused (errc::would_block). An error ends the send it
/// is about, the end of a connection (MSG) all of them.
///
/// A message goes to who waits for one, else to the handlers, else to the next who asks. Where nobody asks,
/// options.receive_buffers of them are held, and the rest is the provider's to hold back.
///
/// Thread safety: any thread, but for moves and the destructor. Calls that wait are refused in its own handlers and
/// hooks (errc::wrong_state). op_options::interruptible does not count.
class WEFT_API client {
 public:
  /// Reachable at address(), without a peer yet (RDM, DGRAM). \return errc::unsupported where it comes to MSG, which
  /// is dialed, or listened for (client_listener); its words say why there is no RDM, if that was looked for
  static setup<client> open(client_options);
  /// With the peer at node and service as the default one; of type MSG, connected to it. Who dials a client_listener
  /// asks for MSG: of an unspecified type, it takes RDM wherever it can.
  static setup<client> dial(client_options, op_options const& = {.until = std::chrono::seconds(5)});

  client(client&&) noexcept;
  client& operator=(client&&) noexcept;
  ~client();
  /// Ends everything that waits with errc::closed. What was sent and has not left is lost.
  void close() noexcept;

  /// What peers register: endpoint::address().
  raw_address address() const;
  /// What it runs over: provider, limits, how it waits.
  offer describe() const;
  /// Why it runs over nothing better, in words for people: MSG though RDM was looked for, or an endpoint that names no
  /// senders. Empty where there was nothing better to want. Good as long as the client is.
  std::string const& passed_over() const noexcept;
  /// All of one moment, since the client began. Cost: its lock.
  client_stats stats() const;
  /// For all that is not here: RMA, tagged messages. Completions of untagged messages are the client's.
  fabric::endpoint& endpoint() noexcept;

  // Peers (RDM, DGRAM). By default sends go to the default peer.

  /// By address as address_vector::insert(), by name as insert_service(), which takes as long as a look-up.
  /// \return errc::unsupported for MSG
  ///@{
  result<peer> register_peer(std::span<std::byte const> address, bool as_default = false);
  result<peer> register_peer(std::string const& node, std::string const& service, bool as_default = false);
  ///@}
  /// For sends that begin after it; peer::any takes it away.
  void set_default_peer(peer) noexcept;
  peer default_peer() const noexcept;  ///< peer::any: none
  /// What waits to be sent to it, and libfabric has not had, ends with errc::canceled. \pre nothing else is being sent
  /// to it
  std::error_code forget_peer(peer) noexcept;

  // Sending. It has ended when libfabric has it: see docs/fabric.md, "What may be relied on".

  /// Waits for room, and until the send has ended: fi_msg(3). \return errc::canceled, timed_out: it may have left all
  /// the same, unless it was still waiting for room; errc::message_too_large above options.max_message;
  /// std::errc::destination_address_required without a peer; how the send, or the client, ended
  ///@{
  std::error_code send(std::span<std::byte const>, op_options const& = {});
  std::error_code send_to(peer, std::span<std::byte const>, op_options const& = {});
  ///@}
  /// Without waiting. The future throws what send() would return, a refusal, too, and errc::would_block where there is
  /// no room.
  ///@{
  std::future<void> send_async(std::span<std::byte const>);
  std::future<void> send_to_async(peer, std::span<std::byte const>);
  ///@}
  /// As send_to_async(), but nothing is allocated for a future. What is refused has completed when this returns. For
  /// MSG the peer does not matter.
  void start_send(pending_send&, peer, std::span<std::byte const>);

  // Receiving.

  /// The next message, of any peer. What was held when the client ended still comes. \return errc::canceled, timed_out:
  /// no message is lost with it; else why the client ended
  result<incoming> receive(op_options const& = {});
  /// The next message of that peer; others stay for others. \return errc::unsupported where the provider names no
  /// sender
  result<incoming> receive_from(peer, op_options const& = {});
  /// Without waiting; the future throws what receive() would return.
  std::future<incoming> receive_async();
  /// As receive_async(), but nothing is allocated for a future; of one peer if pending_receive::from is set. Where a
  /// message is there, or none can come, it has completed when this returns.
  void start_receive(pending_receive&);

  // Handlers. They run in the thread that drives, one at a time, and may send and start, but not wait.

  /// A handler that is in place; it is taken away with this. After that it does not run any more.
  class WEFT_API registration {
   public:
    registration() noexcept = default;
    registration(registration&&) noexcept = default;
    registration& operator=(registration&&) noexcept;
    ~registration() { stop(); }
    /// Takes it away, and waits for it if it runs in another thread. A second time does nothing.
    void stop() noexcept;

   private:
    friend class client;
    std::function<void()> undo_;
  };
  /// How a send ended.
  struct sent {
    peer to;                ///< peer::any over a connection (MSG), unless one was given
    std::size_t bytes;      ///< of the message
    std::error_code error;  ///< nothing when libfabric has it
  };
  /// Told of each send that libfabric completes, or refuses when it is tried again: not of one that it refused at
  /// first, nor of one that ended while it waited for room.
  [[nodiscard]] registration on_send(std::function<void(sent const&)>);
  /// Told of each message that nobody waits for, those that are held already among them. Several handlers see the same
  /// message, the first registered first; its buffer is free again after the last.
  [[nodiscard]] registration on_receive(std::function<void(incoming const&)>);

  /// Without a helper: moves things, and waits for some to move until `until`. Other threads may be at it, too.
  void dispatch(clock::time_point until = clock::time_point::min());

 private:
  friend class client_listener;
  explicit client(std::shared_ptr<client_core> c) noexcept;
  static setup<client> run(client_options, std::unique_ptr<fabric::endpoint>, std::string passed_over = {});
  registration placed(std::size_t number);

  std::shared_ptr<client_core> core_;
};

/// Where clients of type MSG are dialed to. Thread safety: any thread, but for moves and the destructor.
class WEFT_API client_listener {
 public:
  /// At options.node and options.service, whatever options.type says. The options are also those of the clients that
  /// come out of it.
  static setup<client_listener> listen(client_options options);
  client_listener(client_listener&&) noexcept;
  client_listener& operator=(client_listener&&) noexcept;
  ~client_listener();

  /// passive_endpoint::address(): with the port that the system has chosen, if none was asked for.
  raw_address address() const;
  /// Its port, where the address has one: for who listens with none, and has the system choose.
  std::string service() const;
  /// Waits until somebody who dials is connected. Who does not finish holds up nobody: 64 of them stay on their way,
  /// for later calls as well, and one more ends the oldest. Who goes away meanwhile is passed over. In several threads
  /// at once, each gets another client. \return errc::canceled, timed_out; or what has failed here, and who came is
  /// refused
  setup<client> accept(op_options const& = {});

 private:
  explicit client_listener(std::unique_ptr<listener_core>) noexcept;
  std::unique_ptr<listener_core> core_;
};

}  // namespace weft::fabric
