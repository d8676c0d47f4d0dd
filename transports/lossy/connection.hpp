// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>

#include "lossy/dice.hpp"
#include "lossy/lossy.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>

namespace weft::transports {

/// A connection that things happen to.
///
/// A message is dropped or delayed where it arrives, so the wire may be any; when dropped, its grant is given
/// to the next one. Made on the reactor's loop. `options.counters` is not null.
class lossy_connection final : public ext::connection, private ext::connection_events {
 public:
  lossy_connection(ext::reactor&, std::unique_ptr<ext::connection> inner, lossy_options const&, dice);
  ~lossy_connection() override;

  void start(std::shared_ptr<ext::doorbell>) noexcept override;
  bool progress(ext::connection_events&) noexcept override;
  bool send(message&&) noexcept override;
  void grant(unsigned messages) noexcept override { inner_->grant(messages); }
  void finish() noexcept override {
    if (!cut_) inner_->finish();
  }
  void close(std::error_code why) noexcept override { inner_->close(why); }
  void flush() noexcept override;

  std::size_t unconfirmed() const noexcept override { return inner_->unconfirmed() + swallowed_; }
  fault_kind fault() const noexcept override { return inner_->fault(); }
  std::size_t max_message() const noexcept override { return inner_->max_message(); }
  ext::progress_source* source() noexcept override { return inner_->source(); }
  bool peer_is_weft() const noexcept override { return inner_->peer_is_weft(); }
  std::string peer_address() const override { return "lossy+" + inner_->peer_address(); }
  void describe(pipe_info& i) const override { inner_->describe(i); }

 private:
  struct late {
    message m;
    clock::time_point due;
  };

  // ext::connection_events
  void on_message(message&&) noexcept override;
  void on_unread(message&& m) noexcept override { events_->on_unread(std::move(m)); }
  void on_dropped(drop_reason why, direction d, std::uint64_t n) noexcept override { events_->on_dropped(why, d, n); }
  void on_writable(unsigned sends) noexcept override;
  void on_closed(std::error_code why) noexcept override;

  void deliver_due(clock::time_point) noexcept;
  void hand_out() noexcept;
  void grow_old() noexcept;
  void ring_at(clock::time_point) noexcept;

  static constexpr clock::rep never = clock::duration::max().count();

  ext::reactor& loop_;
  std::unique_ptr<ext::connection> inner_;
  lossy_options options_;
  std::shared_ptr<ext::doorbell> bell_;  // set before any ring
  std::shared_ptr<ext::alarm> alarm_;    // used and destroyed on the loop

  // Under the socket's lock.
  dice dice_;
  unsigned life_left_ = 0;  // messages; zero: for ever
  bool cut_ = false;
  std::size_t swallowed_ = 0;                 // sends after the cut
  std::deque<late> held_;                     // oldest first
  clock::time_point awaited_;                 // what the alarm was last set to
  unsigned pool_ = 0;                         // credit that the socket was not told of
  unsigned outstanding_ = 0;                  // credit that it was told of and has not used
  ext::connection_events* events_ = nullptr;  // inside progress()

  // Set under the lock, carried out by flush() without it.
  std::atomic<clock::rep> alarm_due_{never};
  std::atomic<bool> ring_{false};
};

}  // namespace weft::transports
