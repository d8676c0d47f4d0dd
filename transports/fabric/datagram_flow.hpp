// SPDX-License-Identifier: MIT
#pragma once

#include <weft/counters.hpp>
#include <weft/ext/bell.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/message_ring.hpp>
#include <weft/ext/transport.hpp>
#include <weft/options.hpp>

#include "fabric/datagram.hpp"
#include "fabric/datagram_endpoint.hpp"
#include "fabric/hello.hpp"
#include "fabric/lifeline.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>

namespace weft::ofi {

/// Whether a protocol bears the loss of messages: BUS, PUB, SUB.
bool tolerates_loss(std::uint16_t protocol) noexcept;

/// One connection by datagrams: a slot, a lifeline, and no promise. Its endpoint keeps it while either is in use.
///
/// What a SUB says to its PUB must not get lost, and travels on the lifeline.
///
/// Thread safety: by role; members say whose they are. The *flusher* is whoever is in flush() first.
class datagram_flow final : public lifeline::patron, public std::enable_shared_from_this<datagram_flow> {
 public:
  datagram_flow(datagram_endpoint&, std::uint32_t slot, std::uint32_t generation, std::size_t max_message);
  datagram_flow(datagram_flow const&) = delete;
  datagram_flow& operator=(datagram_flow const&) = delete;
  ~datagram_flow();

  datagram_endpoint& home() noexcept { return home_; }
  std::uint32_t slot() const noexcept { return slot_; }
  std::uint32_t generation() const noexcept { return generation_; }

  // Loop, before start().
  /// What to tell the peer; the rest is the caller's.
  void introduce(hello& mine) const;
  /// \return why its address cannot be used
  std::error_code connect(hello const& mine, hello const& peer, std::shared_ptr<lifeline>);

  // Socket: what ext::connection says.
  void start(std::shared_ptr<ext::doorbell>) noexcept;
  bool progress(ext::connection_events&) noexcept;
  void send(message&&) noexcept;
  void grant(unsigned messages) noexcept;
  void finish() noexcept { finishing_.store(true, std::memory_order_release); }
  void close(std::error_code why) noexcept;
  /// Those that have not left yet: nobody says what has arrived.
  std::size_t unconfirmed() const noexcept;
  std::size_t peer_max_message() const noexcept { return peer_max_message_; }

  /// Any thread. One at a time works; who comes meanwhile leaves it to that one.
  void flush() noexcept;
  /// The connection object is gone, or never was.
  void abandon() noexcept;

  // Driver.
  /// \return false for what has another key: it belongs to nobody here
  bool arrived(datagram_header const&, std::span<std::byte const> body) noexcept;
  void sent(std::error_code why) noexcept;
  /// \return whether it needs looking after any more
  bool tend(clock::time_point now) noexcept;
  void fail() noexcept;

  // lifeline::patron
  void hear(goodbye const&) noexcept override;
  bool hear(ofi::finish const&) noexcept override { return false; }
  bool hear(std::span<std::byte const> body) noexcept override;
  void caught_up() noexcept override {
    bell_.ring();
    flush();
  }
  void lose(std::error_code why) noexcept override;

 private:
  static constexpr unsigned capacity = 128;  // messages, of either queue
  static constexpr auto grace = std::chrono::milliseconds(200);

  void end(std::error_code why) noexcept;
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  std::error_code reason() const noexcept;
  bool nothing_is_missing() const noexcept;
  void conclude() noexcept;

  bool take(std::span<std::byte const> body) noexcept;
  bool next(message&) noexcept;
  unsigned allowance() noexcept;
  void tell_counts(ext::connection_events&) noexcept;
  void work_once() noexcept;
  void speak() noexcept;
  bool pick() noexcept;
  posting post(message const&) noexcept;
  void fall_silent() noexcept;

  datagram_endpoint& home_;
  std::uint32_t const slot_;
  std::uint32_t const generation_;
  std::uint64_t const key_;
  std::size_t const max_message_;
  datagram_header to_peer_;
  fabric::peer peer_ = fabric::peer::any;
  byte_string address_;  // the peer's
  std::size_t peer_max_message_ = 0;
  bool speaks_on_lifeline_ = false;
  bool hears_on_lifeline_ = false;
  std::shared_ptr<lifeline> lifeline_;
  ext::bell bell_;

  // Socket.
  std::size_t granted_ = 0;
  bool told_ = false;                  // on_closed()
  std::atomic<bool> has_news_{false};  // in_ is not empty; written under mutex_

  mutable std::mutex mutex_;  // of the queues, and of how it ends
  ext::message_ring in_;
  ext::message_ring out_;
  unsigned allowed_ = 0;  // sends that the socket was told of
  std::error_code why_;
  goodbye heard_;
  clock::time_point deadline_{};  // of what is still on its way, after a goodbye

  // Flusher.
  std::atomic<int> flushing_{0};
  message in_hand_;
  std::atomic<bool> has_in_hand_{false};
  std::atomic<bool> stuck_{false};  // there was no room at the endpoint
  bool silent_ = false;             // the goodbye is said

  // Counts. What is not told yet.
  std::atomic<std::uint32_t> expected_{0};  // the sequence of the next datagram; driver
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> late_{0};
  std::atomic<std::uint64_t> full_{0};
  std::atomic<std::uint64_t> too_large_{0};
  std::atomic<std::uint64_t> unsent_{0};
  std::atomic<unsigned> in_flight_{0};

  std::atomic<bool> ended_{false};
  std::atomic<bool> finishing_{false};
  std::atomic<bool> resume_{false};  // the socket wants a turn: it has grants again
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> lifeline_over_{false};
  std::atomic<bool> leaving_{false};  // the peer has said goodbye
  std::atomic<bool> paused_{false};   // the lifeline, until there is room for what comes there
  std::atomic<bool> watched_{false};

  friend class datagram_endpoint;
};

}  // namespace weft::ofi
