// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "core/lane.hpp"
#include "core/poller.hpp"
#include "core/timers.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace weft::core {

/// The engine's event loop: descriptors, timers and posted work; and the lanes, which it tends when they need
/// it and no caller drives them. It is a progress source itself: the helper thread drives it, or, in an engine
/// without one, whoever waits.
class loop final : public ext::reactor, public ext::progress_source {
 public:
  explicit loop(bool helper);
  ~loop() override;

  // ext::reactor
  clock::time_point now() const noexcept override { return clock::now(); }
  void post(std::function<void()>) override;
  bool on_loop() const noexcept override;
  std::unique_ptr<ext::alarm> make_alarm() override;
  std::unique_ptr<ext::watch> make_watch(int fd, std::function<void(std::uint32_t)> ready) override;
  void add(std::shared_ptr<ext::progress_source>, std::uint64_t socket = 0) override;
  void attend(ext::progress_source&) noexcept override;
  bool runs_by_itself() const noexcept override { return helper_ || attached_.load(std::memory_order_relaxed); }

  // ext::progress_source. The one driver is whoever entered lane().
  bool poll() noexcept override;
  void wait(clock::time_point until) noexcept override;
  void wake() noexcept override;
  bool busy() const noexcept override { return true; }

  /// Any thread. As alarm::at(), for callbacks that hold no more than weak references.
  void arm(timers::handle&, clock::time_point, std::function<void()>);
  void disarm(timers::handle& h) noexcept { timers_.disarm(h); }

  /// Runs `work` on the loop and returns when it is done: at once on the loop itself; else on the helper, or
  /// right here when there is none.
  void run_there(std::function<void()> work);

  core::lane& lane() noexcept { return lane_; }
  core::lane* lane_of(ext::progress_source*) noexcept;
  /// The socket has gone, and with it all who used its lanes.
  void forget(std::uint64_t socket) noexcept;

  bool has_helper() const noexcept { return helper_; }
  /// A caller left a lane that still needs driving: have the helper look in a moment, without waking it now.
  void nudge() noexcept;
  /// Drives the loop and tends the lanes until the stop.
  void serve(std::stop_token stop);
  /// The same until `here` is notified, finished, or it is `until`; may return early. Shares the loop with others who
  /// do so.
  void serve_for(parker& here, clock::time_point until) noexcept;
  /// Drives everything once.
  bool serve_once();
  /// A descriptor for the application's own loop: timers, lanes and posted work show there from now on.
  int attach();
  /// The helper only: `last` is run when serve() has come back.
  void leave_for_last(std::function<void()> last) noexcept { last_ = std::move(last); }
  void run_last() {
    if (auto const last = std::exchange(last_, nullptr)) last();
  }
  /// Forgets all work and lanes: whoever left them is about to go.
  void retire() noexcept;

 private:
  struct tended;

  bool run_posted();
  bool tend(clock::time_point now) noexcept;
  bool tend_one(tended&, clock::time_point now) noexcept;
  std::vector<std::shared_ptr<tended>> all_tended() const;
  void show_timers() noexcept;
  void set_tick(clock::duration after) noexcept;
  clock::time_point next_look(clock::time_point now) const noexcept;

  bool helper_;
  poller poller_;
  timers timers_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;
  std::function<void()> last_;
  std::atomic<bool> has_posted_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> woken_{false};

  // A timer that ends the helper's sleep: armed by nudge(), one system call for many hand-overs.
  base::unique_fd tick_;
  std::unique_ptr<ext::watch> tick_watch_;
  std::atomic<bool> nudged_{false};
  std::atomic<bool> ticking_{false};   // it may be set
  std::atomic<bool> attached_{false};  // somebody polls what attach() gave: timers must show there

  mutable std::mutex lanes_mutex_;
  std::vector<std::shared_ptr<tended>> lanes_;
  std::atomic<bool> care_{false};  // some lane may need the helper
  unsigned patience_ = 0;          // how long nothing came from the lanes under care
  core::lane lane_;
};

}  // namespace weft::core
