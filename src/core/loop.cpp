// SPDX-License-Identifier: MIT
#include "core/loop.hpp"

#include <weft/ext/attendant.hpp>

#include "core/errands.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <iterator>
#include <system_error>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

// How long a lane that needs driving is left to the callers who may come back to it.
constexpr auto takeover_after = 1ms;

thread_local loop const* current = nullptr;

class loop_alarm final : public ext::alarm {
 public:
  explicit loop_alarm(loop& owner) noexcept : owner_(owner) {}
  ~loop_alarm() override { cancel(); }
  void at(clock::time_point when, std::function<void()> callback) override {
    owner_.arm(handle_, when, std::move(callback));
  }
  void cancel() noexcept override { owner_.disarm(handle_); }

 private:
  loop& owner_;
  timers::handle handle_;
};

}  // namespace

/// A lane and what the helper remembers of it.
struct loop::tended {
  tended(std::shared_ptr<ext::progress_source> s, std::uint64_t owner) noexcept : lane(std::move(s)), socket(owner) {}
  core::lane lane;
  std::uint64_t socket;
  std::unique_ptr<ext::watch> watch;  // while the helper has it in care; on the loop only
  unsigned turns_seen = 0;
  clock::time_point quiet_since{};
};

loop::loop(bool helper)
    : helper_(helper),
      tick_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      lane_(std::shared_ptr<ext::progress_source>(std::shared_ptr<void>(), this)) {
  if (!tick_) throw std::system_error(errno, std::system_category(), "timerfd_create");
  tick_watch_ = poller_.make_watch(tick_.get(), [this](std::uint32_t) {
    std::uint64_t count = 0;
    [[maybe_unused]] auto const got = ::read(tick_.get(), &count, sizeof count);
    nudged_.store(false, std::memory_order_seq_cst);
  });
  tick_watch_->events(true, false);
}

loop::~loop() = default;

void loop::post(std::function<void()> work) {
  // Woken under the lock: once it is let go the work may run, and be the end of us.
  std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(work));
  has_posted_.store(true, std::memory_order_seq_cst);
  wake();
}

bool loop::on_loop() const noexcept { return current == this; }

std::unique_ptr<ext::alarm> loop::make_alarm() { return std::make_unique<loop_alarm>(*this); }

std::unique_ptr<ext::watch> loop::make_watch(int fd, std::function<void(std::uint32_t)> ready) {
  return poller_.make_watch(fd, std::move(ready));
}

void loop::arm(timers::handle& h, clock::time_point when, std::function<void()> callback) {
  if (timers_.arm(h, when, std::move(callback))) wake();
}

/// What rings is answered at once here, for what else runs may wait for it.
bool loop::poll() noexcept {
  ext::attendant nobody(nullptr);
  ext::attendant::listening const here(nobody);
  auto const* outer = std::exchange(current, this);
  bool any = run_posted();
  any |= timers_.run_due(now());
  poller_.collect(clock::time_point{});
  any |= poller_.dispatch();
  current = outer;
  return any;
}

bool loop::run_posted() {
  if (!has_posted_.load(std::memory_order_acquire)) return false;
  {
    std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
    has_posted_.store(false, std::memory_order_relaxed);
  }
  for (auto& work : running_) work();
  bool const any = !running_.empty();
  running_.clear();
  return any;
}

void loop::wait(clock::time_point until) noexcept {
  asleep_.store(true, std::memory_order_seq_cst);
  if (!woken_.exchange(false, std::memory_order_seq_cst) && !has_posted_.load(std::memory_order_seq_cst))
    poller_.collect(std::min(until, timers_.next()));
  asleep_.store(false, std::memory_order_seq_cst);
}

void loop::wake() noexcept {
  woken_.store(true, std::memory_order_seq_cst);
  if (asleep_.load(std::memory_order_seq_cst) || attached_) poller_.interrupt();
}

void loop::run_there(std::function<void()> work) {
  if (on_loop()) return work();
  std::atomic<bool> finished{false};
  parker here;
  post([&] {
    work();
    finished.store(true, std::memory_order_relaxed);
    here.finish()();
  });
  while (!here.finished()) {
    // Without a helper the loop is whoever's turn it is; with one it is the helper's own.
    if (helper_ || !lane_.try_enter()) {
      here.sleep(helper_ ? clock::time_point::max() : clock::now() + 1ms);
      continue;
    }
    poll();
    lane_.leave();
  }
}

void loop::add(std::shared_ptr<ext::progress_source> source, std::uint64_t socket) {
  {
    std::lock_guard lock(lanes_mutex_);
    lanes_.push_back(std::make_shared<tended>(std::move(source), socket));
  }
  care_.store(true, std::memory_order_seq_cst);
}

void loop::forget(std::uint64_t socket) noexcept {
  std::vector<std::shared_ptr<tended>> gone;
  {
    std::lock_guard lock(lanes_mutex_);
    auto const first =
        std::stable_partition(lanes_.begin(), lanes_.end(), [=](auto& t) { return t->socket != socket; });
    std::move(first, lanes_.end(), std::back_inserter(gone));
    lanes_.erase(first, lanes_.end());
  }
  // The loop may be tending it, and its watch ends there.
  if (!gone.empty()) post([gone = std::move(gone)] {});
}

core::lane* loop::lane_of(ext::progress_source* source) noexcept {
  care_.store(true, std::memory_order_seq_cst);  // who asks may bring it an audience
  std::lock_guard lock(lanes_mutex_);
  for (auto& t : lanes_)
    if (&t->lane.source() == source) return &t->lane;
  return nullptr;
}

void loop::attend(ext::progress_source&) noexcept { nudge(); }

void loop::nudge() noexcept {
  care_.store(true, std::memory_order_seq_cst);
  if (!helper_ && !attached_) return;
  if (nudged_.load(std::memory_order_relaxed) || nudged_.exchange(true, std::memory_order_seq_cst)) return;
  ticking_.store(true, std::memory_order_seq_cst);
  set_tick(takeover_after);
}

/// \param after zero: never
void loop::set_tick(clock::duration after) noexcept {
  auto const ns = std::chrono::nanoseconds(after).count();
  itimerspec when{};
  when.it_value = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  ::timerfd_settime(tick_.get(), 0, &when, nullptr);
}

std::vector<std::shared_ptr<loop::tended>> loop::all_tended() const {
  std::lock_guard lock(lanes_mutex_);
  return lanes_;
}

/// Drives, once each, the lanes that need it and that nobody has driven for a while.
bool loop::tend(clock::time_point now) noexcept {
  if (!care_.load(std::memory_order_relaxed) || !care_.exchange(false, std::memory_order_seq_cst)) return false;
  bool any = false, care = false;
  for (auto& t : all_tended()) {
    if (t->lane.needs_helper()) {
      care = true;
      any |= tend_one(*t, now);
    } else {
      t->watch.reset();
    }
  }
  if (care) care_.store(true, std::memory_order_seq_cst);
  patience_ = any ? 0 : std::min(patience_ + 1, 5u);
  return any;
}

bool loop::tend_one(tended& t, clock::time_point now) noexcept {
  // Where an application's own loop drives everything nobody is to come back for it.
  bool const mine = attached_.load(std::memory_order_relaxed);
  if (t.lane.driven() || (!mine && t.lane.turns() != t.turns_seen)) {
    t.turns_seen = t.lane.turns();
    t.quiet_since = now;
    t.watch.reset();  // whoever drives it sees what comes
    return false;
  }
  if ((!mine && now - t.quiet_since < takeover_after) || !t.lane.try_enter()) return false;
  if (int const fd = t.lane.source().pollable_fd(); fd >= 0 && !t.watch) {
    t.watch = poller_.make_watch(fd, [](std::uint32_t) {});
    t.watch->events(true, false);
  }
  bool any = false;
  errands const for_sockets(errands::taker::helper);
  while (t.lane.source().poll()) {
    any = true;
    if (mine && t.watch) break;  // what is left shows again, and others have their turn first
  }
  t.lane.leave();
  t.turns_seen = t.lane.turns();
  return any;
}

/// When the lanes under care want to be looked at again: soon after they moved, at most a millisecond later; those
/// that show it by their descriptor when they do.
clock::time_point loop::next_look(clock::time_point now) const noexcept {
  if (!care_.load(std::memory_order_relaxed)) return clock::time_point::max();
  std::lock_guard lock(lanes_mutex_);
  bool const any = std::ranges::any_of(lanes_, [](auto& t) { return !t->watch && t->lane.needs_helper(); });
  return any ? now + std::min<clock::duration>(30us * (1 << patience_), takeover_after) : clock::time_point::max();
}

void loop::serve(std::stop_token stop) {
  std::stop_callback const on_stop(stop, [this] { wake(); });
  while (!lane_.try_enter()) {
    if (stop.stop_requested()) return;
    parker here;
    core::lane::place const in_line(lane_, here);
    here.sleep(clock::now() + 1ms);
  }
  while (!stop.stop_requested()) {
    bool any = poll();
    auto const time = now();
    any |= tend(time);
    if (!any) wait(next_look(time));
  }
  lane_.leave();
}

void loop::serve_for(parker& here, clock::time_point until) noexcept {
  if (!lane_.try_enter()) {
    core::lane::place const in_line(lane_, here);
    return here.sleep(std::min(until, clock::now() + 1ms));
  }
  bool any = poll();
  auto const time = now();
  any |= tend(time);
  if (!any) here.sleep_in(*this, std::min(until, next_look(time)));
  lane_.leave();
}

bool loop::serve_once() {
  bool any = false;
  if (lane_.try_enter()) {
    any = poll();
    if (attached_) {
      any |= tend(now());
      show_timers();
    }
    lane_.leave();
  }
  if (attached_) return any;
  for (auto& t : all_tended()) {
    if (!t->lane.try_enter()) continue;
    any |= t->lane.source().poll();
    t->lane.leave();
  }
  return any;
}

/// Whoever polls our descriptor sees no timers, no lanes and no posted work: the tick stands in for them.
void loop::show_timers() noexcept {
  // Posted while the descriptor was being emptied, it would show no more.
  bool const posted = has_posted_.load(std::memory_order_acquire);
  auto const next = posted ? now() : std::min(timers_.next(), next_look(now()));
  if (next != clock::time_point::max()) {
    ticking_.store(true, std::memory_order_relaxed);
    return set_tick(std::max<clock::duration>(next - now(), 1ns));
  }
  if (!ticking_.exchange(false, std::memory_order_seq_cst)) return;
  set_tick({});
  // A nudge meanwhile may have set what this has ended.
  if (nudged_.load(std::memory_order_seq_cst)) set_tick(takeover_after);
}

void loop::retire() noexcept {
  timers_.clear();
  std::vector<std::function<void()>> forgotten;
  {
    std::lock_guard lock(posted_mutex_);
    forgotten.swap(posted_);
  }
  std::lock_guard lock(lanes_mutex_);
  lanes_.clear();
}

int loop::attach() {
  attached_ = true;
  show_timers();
  return poller_.fd();
}

}  // namespace weft::core
