// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/attendant.hpp>
#include <weft/ext/protocol.hpp>
#include <weft/ext/transport.hpp>
#include <weft/monitor.hpp>
#include <weft/socket.hpp>
#include <weft/statistics.hpp>

#include "base/mutex.hpp"
#include "core/engine.hpp"
#include "core/link.hpp"
#include "core/moderation.hpp"
#include "core/operation.hpp"
#include "core/readiness.hpp"
#include "core/sleepers.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace weft::core {

class dialer;
class event_queue;
class listener;
class waiter;

/// A protocol, its pipes, and the callers that wait on it, behind one lock.
///
/// Whoever takes the lock first answers the connections that rang, and before letting go completes what can
/// be completed: both are the guard's work, so that no member can forget them. Completions, flushes and
/// wake-ups run after the unlock.
class socket final : public std::enable_shared_from_this<socket>, private ext::protocol_host {
 public:
  using make_protocol = std::function<std::unique_ptr<ext::protocol>(ext::protocol_host&)>;

  socket(std::shared_ptr<core::engine>, ext::handshake, socket_options const&, make_protocol const&);
  ~socket();

  using open_function = std::function<std::unique_ptr<ext::context>(ext::protocol&)>;
  std::unique_ptr<ext::context> open_context(open_function const& = &ext::protocol::open_context);
  void close_context(std::unique_ptr<ext::context>) noexcept;

  // Blocking calls: message and error as in weft/socket.hpp.
  std::error_code send(ext::context&, message&, op_options const&);
  std::error_code receive(ext::context&, message&, op_options const&, bool patient = false);
  std::error_code try_send(ext::context&, message&);
  std::error_code send_to(ext::context&, pipe_id, message&);
  result<message> try_receive(ext::context&);
  /// Without waiting: the operation completes once, perhaps before this returns. It is not to be touched until then.
  void start(send_operation&);
  void start(ext::context&, receive_operation&);
  void start(condition_operation&);
  /// Ends it in `canceled`, as a call that gave up. \return whether it did; else it completes, or did, by itself
  bool cancel(send_operation&);
  bool cancel(ext::context&, receive_operation&);
  bool cancel(condition_operation&);

  // Channels: views on what the socket keeps anyway.
  std::shared_ptr<ext::context> share(std::unique_ptr<ext::context>);
  void open_channel(ext::context&);
  /// A channel's own context, the same for as long as anybody has it.
  std::shared_ptr<ext::context> channel_context(open_function const&);
  std::error_code channel_try_send(ext::context&, message&, bool drive);
  std::error_code channel_send(ext::context&, message&, op_options const&);
  result<message> channel_try_receive(ext::context&, bool drive);
  std::error_code channel_receive(ext::context&, message&, op_options const&);
  /// A message that was received for somebody who has gone: it comes first next time.
  void give_back(ext::context&, message&&);
  bool is_closed() const noexcept { return closed_.load(std::memory_order_relaxed); }
  void watch_messages(ext::context&, ext::observation&);
  void watch_room(ext::context&, ext::observation&);
  void unwatch(ext::observation&) noexcept;
  /// A message that was to be sent here ends instead, and is counted.
  void discard(drop_reason, message&&);
  std::error_code wait_for_peers(std::size_t n, op_options const& o) {
    return wait_until([this, n] { return attached_ >= n; }, o);
  }
  /// Lets `work` have the context, under the lock.
  void with(ext::context&, std::function<void(ext::context&)> const& work);
  /// Waits until `holds`, which is asked under the lock.
  std::error_code wait_until(std::function<bool()> holds, op_options const&);

  void dial(std::string_view url, dial_options const&);
  std::string listen(std::string_view url, listen_options const&);
  bool hang_up(std::size_t endpoint);
  std::string local_url() const;
  std::size_t peers();
  std::size_t peers_at(std::string_view url) const noexcept;  ///< under the lock
  close_report close(clock::duration linger);

  int receive_fd(ext::context&);
  int send_fd(ext::context&);

  /// From now on the socket moves though nobody waits in a call. `note` runs under the lock.
  void watch_for(std::function<void()> const& note);

  void add_monitor(std::shared_ptr<event_queue>);
  void remove_monitor(event_queue const&) noexcept;
  void report(monitor_event);  ///< without the lock

  /// A new connection, from a dialer or a listener. On the loop.
  void add(std::unique_ptr<ext::connection>, origin);
  std::optional<pipe_info> pipe(pipe_id);
  socket_statistics statistics();
  /// Answers the rings, now. Without the lock.
  void attend() noexcept;
  /// And what this thread has heard.
  void attend(ext::attendant&) noexcept;

  core::engine& home() noexcept { return *engine_; }

 private:
  friend class link;
  friend class errands;
  friend class waiter;
  class guard;
  struct buffered_send;
  struct receiving;

  // ext::protocol_host
  clock::time_point now() const noexcept override { return clock::now(); }
  void wake_senders() noexcept override {
    senders_marked_ = eventful_ = true;
    changed();
  }
  void wake_receivers(ext::context&) noexcept override;
  void arm(ext::context&, clock::time_point) noexcept override;
  void disarm(ext::context& c) noexcept override { c.place->armed.unlink(); }
  void tend(bool on) noexcept override;
  void drop(drop_reason, direction, ext::pipe const*, message&&) noexcept override;

  // Under the lock.
  void answer_rings() noexcept;
  void answer(ext::attendant&) noexcept;
  link* find(std::uint32_t id) noexcept;
  /// For those who look instead of sleeping: something that they wait for may be so now.
  void changed() noexcept { changes_.store(changes_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  /// Whether a receive would finish now. `patient`: not with word that nothing was asked.
  static bool has_message(ext::context& c, bool patient = false) noexcept {
    return !c.place->returned.empty() || (c.can_receive() && !(patient && c.idle()));
  }
  /// Nobody came before a caller who receives now, and nothing was given back.
  static bool is_next(ext::context& c) noexcept { return c.place->receivers.empty() && c.place->returned.empty(); }
  /// The same for who looks at a descriptor: that nothing was asked is no news.
  static bool has_news(ext::context& c) noexcept { return has_message(c) && !(c.place->returned.empty() && c.idle()); }
  static std::error_code next_message(ext::context& c, message& m) {
    if (c.place->returned.empty()) [[likely]]
      return c.receive(m);
    c.place->returned.pop(m);
    return {};
  }
  static result<message> next_message(ext::context& c) {
    message m;
    if (auto const why = next_message(c, m)) return why;
    return m;
  }
  void pump() noexcept;
  void pump_senders() noexcept;
  void pump_receivers(ext::context::parking&) noexcept;
  void pump_conditions() noexcept;
  void finish(operation&, std::error_code) noexcept;
  void park(condition_operation&) noexcept;
  void attach(link&, std::error_code verdict);
  void remove(link&, std::error_code why) noexcept;
  void tell(monitor_event const&) noexcept;
  void count(monitor_event const&) noexcept;
  void sum_up(link const&) noexcept;
  void end_parked(std::error_code) noexcept;
  bool refuse_to_wait(ext::context&, message&, std::error_code& why);
  bool may_buffer(ext::context::parking const& p) const noexcept {
    return p.has_channel && p.buffered < options_.channel_send_buffer;
  }
  send_operation& make_buffered(ext::context&, message&&);
  void move_to_buffer(send_operation&);
  void leave_buffer(send_operation&, std::error_code) noexcept;
  void empty_buffers(std::error_code) noexcept;
  void keep_for_channels() noexcept;
  void raise_all(ext::observers&) noexcept;
  void keep_lane(lane*, int n);
  void settle_audience() noexcept;
  void deafen() noexcept;
  void forget(link&) noexcept;

  // Without the lock.
  bool rung() const noexcept { return rung_.load(std::memory_order_seq_cst) != nullptr; }
  void alert(bool urgent) noexcept;
  void attend_soon() noexcept;
  bool has_lanes() const noexcept { return lanes_version_.load(std::memory_order_relaxed) != 0; }  // now or before
  void attract();
  void abort(operation&) noexcept;
  void on_alarm() noexcept;
  void settle_readiness() noexcept;
  bool drive_once() noexcept;
  /// Lanes are polled, and rings wait for nothing there.
  bool lets_gather() const noexcept { return !has_lanes() && moderation_.holds(); }
  void hear_peers() noexcept;
  template <class Attempt>
  bool attempt_once(op_options const&, Attempt&& attempt, unsigned& seen, std::error_code& why);
  template <class Attempt>
  bool attempt_locked(op_options const&, Attempt&& attempt, unsigned& seen, std::error_code& why);
  template <class Attempt>
  bool keep_trying(waiter&, Attempt&& attempt, unsigned seen, std::error_code& why);
  std::error_code wait_to_send(ext::context&, message&, op_options const&);
  template <class Attempt>
  std::error_code wait_to_receive(ext::context&, message&, op_options const&, Attempt&, receiving&);
  template <class Attempt>
  std::error_code park_to_receive(waiter&, ext::context&, message&, Attempt&, receiving&);
  template <class Operation>
  std::error_code sleep(waiter&, Operation&);
  void end_connections(clock::duration linger);
  std::error_code wait_though_closed(std::function<bool()> const& holds, op_options const&);
  ext::handshake terms(std::optional<std::size_t> const& max_message) const noexcept;
  ext::transport& transport_for(std::string_view text, weft::url const&);

  std::shared_ptr<core::engine> engine_;
  ext::handshake handshake_;
  socket_options options_;

  mutable base::mutex mutex_;
  std::unique_ptr<ext::protocol> protocol_;
  std::unordered_map<std::uint32_t, std::shared_ptr<link>> links_;
  link* found_ = nullptr;  // among them the last time, or null
  std::size_t attached_ = 0;
  std::size_t unconfirmed_ = 0;  // of links that are gone
  drop_counts dropped_;
  traffic gone_sent_;  // by pipes that are gone
  traffic gone_received_;
  std::vector<endpoint_statistics> endpoints_;
  std::uint32_t last_pipe_ = 0;
  std::atomic<bool> closed_{false};  // written under the lock

  operation_list senders_;  // oldest first
  ext::observers room_watchers_;
  std::vector<std::shared_ptr<ext::signal>> raised_;  // once the lock is released
  std::size_t buffered_ = 0;                          // in channels
  std::weak_ptr<ext::context> channel_context_;
  std::shared_ptr<socket> errand_;  // itself, while it is one: see errands
  socket* next_errand_ = nullptr;
  operation_list conditions_;
  operation_list finished_;  // completed once the lock is released
  ext::intrusive_list<ext::context::parking, &ext::context::parking::marked> marked_;
  ext::intrusive_list<ext::context::parking, &ext::context::parking::armed> armed_;
  ext::intrusive_list<ext::context::parking, &ext::context::parking::listed> places_;
  bool senders_marked_ = false;
  /// The guard has more to see to than a flush: whoever leaves it something says so. One look at this is what most
  /// calls pay.
  bool eventful_ = false;
  ext::pipe* touched_ = nullptr;                  // whose connections want a flush()
  std::vector<std::shared_ptr<link>> removed_;    // to be destroyed once the lock is released
  std::vector<std::shared_ptr<link>> lingering_;  // over, and not yet off the list of the rung

  clock::time_point alarm_at_ = clock::time_point::max();
  timers::handle alarm_;

  std::vector<std::pair<lane*, int>> lanes_;
  std::atomic<unsigned> lanes_version_{0};
  std::atomic<clock::rep> hear_next_at_{0};

  unsigned receives_unanswered_ = 0;  // in a row
  moderation moderation_;
  // From here to the end of what rings read and write, apart from the rest: see link::bell.
  alignas(64) std::atomic<link::bell*> rung_{nullptr};
  sleepers sleepers_;
  int tenders_ = 0;
  std::atomic<bool> attended_{false};  // rings are answered although nobody waits
  std::atomic<bool> attend_posted_{false};
  std::atomic<bool> tended_{false};  // the same for now, but it may take a moment
  std::atomic<bool> attend_armed_{false};
  timers::handle attend_timer_;
  bool tending_begins_ = false;
  bool has_audience_ = false;  // of the lanes
  readiness readable_;
  readiness writable_;
  ext::context* readable_context_ = nullptr;
  ext::context* writable_context_ = nullptr;

  // How often a wait has missed by spinning: see waiter.
  std::atomic<unsigned> spin_penalty_{0};
  std::atomic<unsigned> spin_skips_{0};
  std::atomic<bool> slept_briefly_{false};  // and could have looked until the news came
  std::atomic<unsigned> vain_looks_{0};     // first ones of a wait, in a row
  std::atomic<unsigned> changes_{0};
  std::atomic<unsigned> burst_{1000};  // nanoseconds

  std::vector<std::shared_ptr<dialer>> dialers_;
  std::vector<std::shared_ptr<listener>> listeners_;
  std::vector<std::shared_ptr<event_queue>> monitors_;
};

}  // namespace weft::core
