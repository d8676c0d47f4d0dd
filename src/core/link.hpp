// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/pipe.hpp>
#include <weft/options.hpp>
#include <weft/pipe_info.hpp>

#include "core/lane.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace weft::core {

class dialer;
class socket;

/// Where a connection comes from.
struct origin {
  std::string url{};  // dialed or listened at
  pipe_priorities priorities{};
  bool dialed = false;
  std::size_t endpoint = 0;         // of the socket's, from 0
  std::weak_ptr<dialer> redials{};  // when it is gone; empty for an accepted one
};

/// A pipe, its connection, and the ear on it.
///
/// Its doorbell may be rung by threads that know nothing of the socket's life; so it keeps the socket, and
/// whoever may ring keeps it.
class link final : public ext::pipe, public ext::connection_events, public std::enable_shared_from_this<link> {
 public:
  link(std::shared_ptr<socket>, pipe_id, std::shared_ptr<ext::connection>, core::lane*, unsigned window) noexcept;

  // ext::connection_events, inside connection::progress(), under the socket's lock
  void on_message(message&&) noexcept override;
  void on_messages(ext::message_source&, unsigned n, std::uint64_t bytes) noexcept override;
  void on_unread(message&&) noexcept override;
  void on_dropped(drop_reason, direction, std::uint64_t messages) noexcept override;
  void on_writable(unsigned sends) noexcept override;
  void on_closed(std::error_code why) noexcept override;

  std::shared_ptr<ext::connection> const& connection() const noexcept { return connection_; }
  std::shared_ptr<ext::doorbell> doorbell() noexcept { return {shared_from_this(), &bell_}; }
  core::lane* lane() const noexcept { return lane_; }
  bool attached() const noexcept { return attached_; }
  bool over() const noexcept { return over_; }

  pipe_info info() const;

  /// Apart from what the socket's own threads write for each message: who rings would else wait for that cache line,
  /// and have them wait for it.
  class alignas(64) bell final : public ext::doorbell {
   public:
    explicit bell(link& l) noexcept : socket_(*l.socket_), owner_(l) {}
    void ring() noexcept override;
    place where() const noexcept override;

   private:
    friend class socket;
    void ring_again() noexcept;

    socket& socket_;
    link& owner_;
    // While it is rung it is on the socket's list of those. That of a link that is over stays rung for ever: nobody can
    // put it there again, and the socket keeps it until it has come off.
    std::atomic<bool> rung_{false};
    std::atomic<bool> urgent_{false};  // rung on the loop before it was on the list
    bell* next_rung_ = nullptr;
  };

  origin from;
  drop_counts dropped;  // under the socket's lock

 private:
  friend class socket;  // and its guard

  std::shared_ptr<socket> socket_;
  std::shared_ptr<ext::connection> connection_;
  core::lane* lane_;
  bool attached_ = false;
  bool refused_ = false;  // by the protocol; the monitors know
  bool over_ = false;     // on_closed() was told
  bell bell_;
};

}  // namespace weft::core
