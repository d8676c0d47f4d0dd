// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/bell.hpp>
#include <weft/ext/connection.hpp>
#include <weft/options.hpp>

#include "fabric/credit.hpp"
#include "fabric/hello.hpp"
#include "fabric/inbound.hpp"
#include "fabric/lifeline.hpp"
#include "fabric/link.hpp"
#include "fabric/outbound.hpp"
#include "fabric/receive_pool.hpp"
#include "fabric/slots.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>

namespace weft::ofi {

class shared_endpoint;

/// One connection as its endpoint knows it: a slot, the two directions, the lifeline, and how it ends.
///
/// It belongs to its endpoint, and outlives the socket's connection: what the peer has under way for this slot must
/// have arrived, and the library must have let go of all memory, before the slot is anybody else's.
///
/// Thread safety: by role (see outbound and inbound); members say whose they are.
class flow final : public lifeline::patron {
 public:
  enum class side { dialer, listener };

  flow(shared_endpoint&, slot_table::place, credits given, std::size_t max_message) noexcept;
  flow(flow const&) = delete;
  flow& operator=(flow const&) = delete;

  slot_table::place const& place() const noexcept { return place_; }
  credits given() const noexcept { return given_; }
  shared_endpoint& home() noexcept { return home_; }

  /// The peer is known, and reachable at `to`. Before start(), on the loop.
  void connect(hello const& peer, fi_addr_t to, side, std::shared_ptr<lifeline>);
  /// Likewise, over a link of its own, which is not connected yet: then link_up().
  void connect(hello const& peer, link, std::shared_ptr<lifeline>);
  void link_up() noexcept;
  bool is_linked() const noexcept { return linked_; }
  bool reads() const noexcept { return in_.transfers().reads(); }
  std::size_t peer_max_message() const noexcept { return peer_max_message_; }

  // Socket: what ext::connection says.
  void start(std::shared_ptr<ext::doorbell>) noexcept;
  bool progress(ext::connection_events&) noexcept;
  void send(message&& m) noexcept { out_.push(std::move(m)); }
  void grant(unsigned messages) noexcept;
  void finish() noexcept { out_.finish(); }
  void close(std::error_code why) noexcept;
  std::size_t unconfirmed() const noexcept { return out_.unconfirmed(); }

  /// Any thread. One at a time works; who comes meanwhile leaves it to that one.
  void flush() noexcept;
  /// For a socket that has sent: there is little, and somebody looks at it soon.
  bool will_be_flushed() noexcept {
    if (!held_.load(std::memory_order_relaxed)) return false;
    // Whoever lets go of what is held flushes next: either they see what was sent, or we that it is held no more.
    flushing_.fetch_add(0, std::memory_order_acq_rel);
    return held_.load(std::memory_order_relaxed) && out_.has_little() && !resume_.load(std::memory_order_relaxed) &&
           !ended();
  }
  /// As flush(), and nothing is held back for a fuller frame.
  void push() noexcept {
    push_.store(true, std::memory_order_relaxed);
    flush();
  }

  /// The connection object is gone, or never was: now the endpoint cares for the rest.
  void abandon() noexcept;

  // Driver.
  enum attention : unsigned { none = 0, ring = 1, work = 2 };
  /// A frame for this slot. \return what is to be done once the whole batch is read
  unsigned arrived(receive_buffer&) noexcept;
  void chunk_arrived(fabric::completion const&, bool right, bool last) noexcept;
  void read_ended(fabric::completion const&, bool last) noexcept;
  void send_ended(fabric::completion const&) noexcept;
  void frame_sent() noexcept { out_.completed(); }
  void attend(unsigned what) noexcept;
  /// Something that was posted at its link has failed. If the peer has gone, the lifeline will say so.
  void link_failed() noexcept;
  /// Closes its link, if it has one: nothing more is posted or comes.
  void cut() noexcept;
  /// Looks after a flow that is ending. \return whether it needs looking after any more
  bool tend(clock::time_point now) noexcept;
  bool is_let_go() const noexcept { return let_go_; }
  /// Whether the library still has memory of it.
  bool is_stranded() const noexcept { return out_.in_flight() + in_.transfers().in_flight() != 0; }
  byte_string const& peer_address() const noexcept { return address_; }

  // lifeline::patron
  void hear(goodbye const&) noexcept override;
  bool hear(ofi::finish const&) noexcept override;
  bool hear(std::span<std::byte const>) noexcept override { return false; }
  void lose(std::error_code why) noexcept override;

 private:
  static constexpr auto grace = std::chrono::milliseconds(200);
  static constexpr auto stranded_patience = std::chrono::seconds(5);
  static constexpr auto reading_patience = std::chrono::seconds(2);

  void connect(hello const& peer, route, std::shared_ptr<lifeline>);
  void end(std::error_code why) noexcept;
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  std::error_code reason() const noexcept;

  void work_once() noexcept;
  posting speak() noexcept;
  posting speak_control() noexcept;
  void fall_silent() noexcept;
  void be_busy(bool) noexcept;

  unsigned control_arrived(receive_buffer&, frame_header const&) noexcept;
  bool handle_control(std::span<std::byte const> frame) noexcept;
  unsigned malformed(receive_buffer&) noexcept;
  void hurry_goodbye(clock::time_point now) noexcept;
  std::error_code why_it_leaves() const noexcept;
  bool all_has_come() const noexcept;
  bool all_is_taken() const noexcept;
  outbound::tidings tidings() const noexcept;
  void note_told(outbound::tidings const&) noexcept;

  shared_endpoint& home_;
  slot_table::place place_;
  credits given_;
  std::size_t peer_max_message_ = 0;
  byte_string address_;  // the peer's
  std::shared_ptr<lifeline> lifeline_;
  ext::bell bell_;
  bool linked_ = false;

  outbound out_;
  inbound in_;

  // Driver.
  alignas(64) std::atomic<std::uint32_t> frames_come_{0};
  std::atomic<std::uint32_t> bulks_come_{0};
  std::atomic<std::uint16_t> control_come_{0};                  // and handled, in order
  std::atomic<bool> greeted_{false};                            // may send on the fabric
  std::array<receive_buffer*, credits::most_control> early_{};  // control frames that overtook others
  bool let_go_ = false;
  clock::time_point lost_at_{};
  clock::time_point reading_since_{};  // its end
  clock::time_point link_failed_at_{};

  // Flusher.
  alignas(64) std::atomic<int> flushing_{0};
  std::uint16_t control_told_ = 0;
  bool greeting_due_ = false;
  std::atomic<bool> control_stuck_{false};  // no credit for a control frame
  bool falling_silent_ = false;
  bool silent_ = false;  // the goodbye is said
  bool busy_ = false;

  // How it ends.
  std::atomic<bool> connected_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> resume_{false};  // the socket wants a turn: it has grants again
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> lifeline_over_{false};
  std::atomic<bool> may_read_on_{true};   // before it says goodbye
  std::atomic<bool> leaving_{false};      // the peer has said goodbye
  std::atomic<std::uint64_t> finish_{0};  // the peer will send so many data frames, plus one; 0: it has not said
  std::atomic<bool> push_{false};         // for the flusher: hold nothing back
  std::atomic<bool> held_{false};         // on the endpoint's list of those that hold something back
  std::atomic<int> pins_{0};              // threads that have taken it from there
  std::atomic<bool> retrying_{false};     // on the endpoint's list of those to flush again
  std::atomic<bool> watched_{false};      // on its list of those to tend
  bool told_ = false;                     // on_closed(); socket
  mutable std::mutex ending_mutex_;
  std::error_code why_;
  goodbye heard_;

  std::unique_ptr<link> link_;  // goes first: then the library has nothing of this any more

  friend class shared_endpoint;
};

}  // namespace weft::ofi
