// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/bell.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>

#include "stream/channel.hpp"
#include "stream/inbox.hpp"
#include "stream/lane.hpp"
#include "stream/outbox.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>

namespace weft::stream {

/// One established connection: what the socket, the driver of the lane, the flushers and the loop share of it.
///
/// Three roles, each held by one thread at a time: the socket's (its lock), the driver's (the lane's turn) and the
/// flusher's (`flushing_`). They meet in the outbox, in the inbox and in a few atomic words, and in no lock.
///
/// Sending: a caller writes itself, in flush(). After some sends in quick succession the connection is hot: messages
/// gather, and whoever finds enough of them or drives the lane writes them; what nobody has written for a while, the
/// loop.
///
/// Receiving: many messages that came with one read stay in its block until they are taken, and it is not read on
/// before that; few are copied out.
class flow final : public std::enable_shared_from_this<flow>, private ext::message_source {
 public:
  flow(std::shared_ptr<lane>, established, framing, std::uint64_t most, std::string peer);

  // The socket's: see ext::connection.
  void start(std::shared_ptr<ext::doorbell>) noexcept;
  bool progress(ext::connection_events&) noexcept;
  bool send(message&& m) noexcept {
    outbox_.push(std::move(m));
    return !gathers();
  }
  void grant(unsigned messages) noexcept;
  void finish() noexcept {
    finishing_.store(true, std::memory_order_release);
    resume_.store(true, std::memory_order_relaxed);
  }
  void close(std::error_code why) noexcept;
  fault_kind fault() const noexcept;
  std::size_t unconfirmed() const noexcept { return silent() ? outbox_.unconfirmed(arrived_) : outbox_.size(); }

  // Any thread that holds no socket's lock.
  void flush() noexcept;
  /// Writes what there is, unless somebody does already. \return whether anything was
  bool pump() noexcept;
  /// The socket has let go of it.
  void abandon() noexcept;

  // The driver's.
  struct driven {
    bool any = false;
    bool more = false;  ///< not read to the end
  };
  driven drive(std::uint32_t events) noexcept;

  // The loop's.
  /// The peer hung up: what it left must be read, whether or not anybody waits.
  void hung_up() noexcept;

  int fd() const noexcept { return fd_.get(); }
  void describe(pipe_info&) const;
  /// Never used again in this process, and never zero.
  std::uint64_t id() const noexcept { return id_; }
  /// It wants a pump() on every turn: messages gather, or the last of them are on their way.
  bool hot() const noexcept { return hot_.load(std::memory_order_relaxed) || leaving_.load(std::memory_order_acquire); }
  bool stalled() const noexcept { return stalled_.load(std::memory_order_acquire); }
  bool readable() const noexcept { return !inbox_.ready() && !over(); }
  std::shared_ptr<stream::lane> const& home() const noexcept { return lane_; }
  std::string const& peer() const noexcept { return peer_; }

 private:
  bool over() const noexcept { return over_.load(std::memory_order_acquire); }
  bool silent() const noexcept { return silent_.load(std::memory_order_acquire); }
  void end(std::error_code why, fault_kind = fault_kind::none) noexcept;
  std::error_code reason() noexcept;
  void fall_silent() noexcept;
  void say_goodbye() noexcept;
  std::uint64_t bytes_under_way() const noexcept;
  void announce() noexcept;
  void update_care() noexcept;
  void take_in(ext::connection_events&) noexcept;
  bool take(message&) noexcept override;
  bool note_blocked() noexcept;
  bool must_read_on() const noexcept;
  void clear_the_way() noexcept;
  bool wants_flush() const noexcept;

  /// Messages wait for others, and for who writes them all.
  bool gathers() const noexcept { return hot_.load(std::memory_order_relaxed) && !has_enough(); }
  bool has_enough() const noexcept;
  bool should_wait() noexcept;
  void become_hot() noexcept;
  struct output_progress {
    std::uint64_t pushed;
    std::uint64_t written_bytes;
  };
  output_progress progress_so_far() const noexcept { return {outbox_.pushed(), outbox_.written_bytes()}; }
  void cool_down(output_progress seen, unsigned idle) noexcept;
  bool has_output() const noexcept { return !outbox_.empty() || (channel_ && channel_->wants_to_send()); }
  bool write_out() noexcept;
  ssize_t write_some() noexcept;
  void stall() noexcept;

  driven read_in() noexcept;
  bool hears_more() const noexcept { return channel_ && channel_->more(); }
  void input_ended(int error) noexcept;
  void read_ended(std::error_code why, fault_kind = fault_kind::none) noexcept;
  void watch_no_output() noexcept;

  std::shared_ptr<stream::lane> lane_;
  base::unique_fd fd_;
  std::unique_ptr<channel> const channel_;
  std::unique_ptr<particulars const> const about_;
  std::uint64_t const id_;
  std::string peer_;
  ext::bell bell_;
  inbox inbox_;
  outbox outbox_;

  // Under the socket's lock.
  unsigned granted_ = 0;
  bool told_ = false;

  std::atomic<bool> resume_{false};     // what waits may be taken: there was a grant, or nothing stands before it now
  std::atomic<bool> blocked_{false};    // messages that were told of and not taken are in the reader's way
  std::atomic<bool> finishing_{false};  // end when everything is written
  std::atomic<bool> answered_{false};   // something came in since the last write
  std::atomic<bool> left_{false};       // the driver left something unread: somebody else's turn

  mutable std::mutex ending_;  // who ends it first says why; and the cares
  std::error_code why_;
  fault_kind fault_{};
  std::error_code read_why_;
  fault_kind read_fault_{};
  std::atomic<bool> over_{false};
  std::atomic<bool> hung_up_{false};
  bool cared_ = false;

  // The flusher's.
  alignas(64) std::atomic<int> flushing_{0};
  std::atomic<bool> stalled_{false};  // the kernel takes no more for now
  bool all_arrived_ = false;          // known before the last words were said
  bool sent_end_ = false;
  std::uint64_t arrived_ = 0;  // bytes that the peer's host has; once it is silent
  std::atomic<bool> silent_{false};
  bool broken_ = false;               // nothing can be written any more
  std::atomic<bool> leaving_{false};  // everything is written, and not all of it has arrived
  std::atomic<bool> hot_{false};
  std::unique_ptr<ext::alarm> cooling_;  // the loop's
  std::atomic<unsigned> quick_{0};       // sends in quick succession
  std::atomic<clock::rep> last_write_{0};
};

}  // namespace weft::stream
