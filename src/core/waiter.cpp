// SPDX-License-Identifier: MIT
#include "core/waiter.hpp"

#include <weft/error.hpp>

#include "core/socket.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

constexpr auto spin_time = 20us;
constexpr auto long_spin = 200us;                   // longer than waking a thread takes wherever weft was measured
constexpr std::chrono::nanoseconds no_burst = 0ns;  // of looking between two yields
constexpr std::chrono::nanoseconds shortest_burst = 100ns;
constexpr std::chrono::nanoseconds longest_burst = 4us;
constexpr std::chrono::nanoseconds empty_yield = 1us;  // a yield that took longer let somebody run
constexpr unsigned polls_between_clocks = 4;           // reading the clock costs more than asking shared memory
constexpr unsigned most_skips = 1024;
constexpr unsigned enough_vain_looks = 8;  // in a row, to do without them
constexpr unsigned look_again = 16;        // all the same, every so often
constexpr clock::duration shortest_nap = 50us;
constexpr clock::duration longest_nap = 2ms;
constexpr clock::duration longest_sleep = 1h;

std::chrono::nanoseconds shorter(std::chrono::nanoseconds burst) noexcept {
  return burst > shortest_burst ? burst / 2 : no_burst;
}
std::chrono::nanoseconds longer(std::chrono::nanoseconds burst) noexcept {
  return std::clamp(burst * 2, shortest_burst, longest_burst);
}

void pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

waiter::waiter(socket& s, op_options const& o) noexcept : socket_(s), options_(o), ears_(&s) {}

waiter::~waiter() {
  for (std::size_t i = 0; i < count_; ++i) release(lanes_[i]);
  if (ears_.heard_any()) socket_.attend(ears_);
}

std::error_code waiter::expired() const noexcept {
  if (options_.stop.stop_requested()) return errc::canceled;
  if (!options_.until.never() && clock::now() >= options_.until.when()) return errc::timed_out;
  if (interrupted_) return make_error_code(std::errc::interrupted);
  return {};
}

void waiter::release(entry& e) noexcept {
  if (!std::exchange(e.held, false)) return;
  e.lane->leave();
  if (e.lane->needs_helper()) socket_.home().loop().nudge();
}

/// Whether lanes came or went that it has not learned of.
bool waiter::is_stale() const noexcept {
  return socket_.lanes_version_.load(std::memory_order_acquire) + 1 != version_;
}

/// Learns of lanes that came or went, and takes the turn wherever it is free.
void waiter::refresh() noexcept {
  if (is_stale()) {
    unsigned const now = socket_.lanes_version_.load(std::memory_order_acquire) + 1;
    for (std::size_t i = 0; i < count_; ++i) release(lanes_[i]);
    version_ = now;
    count_ = 0;
    std::lock_guard lock(socket_.mutex_);
    for (auto const& [l, users] : socket_.lanes_)
      if (count_ < most - 1) lanes_[count_++] = {l, false};
    auto& loop = socket_.home().loop();
    if (!loop.has_helper()) lanes_[count_++] = {&loop.lane(), false};
  }
  enter_any();
}

/// The loop comes first, as it runs what may wait itself: nothing is heard and unanswered then.
bool waiter::poll() noexcept {
  ext::attendant::listening const here(ears_);
  bool any = false;
  for (std::size_t i = count_; i != 0; --i)
    if (auto& e = lanes_[i - 1]; e.held) any |= e.lane->source().poll();
  return any || ears_.heard_any();
}

bool waiter::news(unsigned seen) noexcept {
  return poll() || socket_.rung() || socket_.changes_.load(std::memory_order_acquire) != seen;
}

bool waiter::wants_spin() noexcept {
  switch (socket_.home().idle()) {
    case idle::block:
      return false;
    case idle::busy:
      spin_end_ = clock::time_point::max();
      return true;
    case idle::adaptive:
      break;
  }
  // The peer's next message would come into the middle of a nap, ours into its, and so on.
  if (std::any_of(lanes_.begin(), lanes_.begin() + count_, [](auto& e) { return e.held && e.lane->source().naps(); })) {
    spin_end_ = clock::now() + long_spin;
    return true;
  }
  begun_ = clock::now();
  if (socket_.slept_briefly_.load(std::memory_order_relaxed)) {
    spin_end_ = begun_ + long_spin;
    return true;
  }
  if (unsigned const skips = socket_.spin_skips_.load(std::memory_order_relaxed)) {
    socket_.spin_skips_.store(skips - 1, std::memory_order_relaxed);
    return false;
  }
  spin_end_ = begun_ + spin_time;
  return true;
}

/// Two that converse on one CPU: the answer cannot have come while its sender had no turn, so that the first look is
/// only good for a system call. It is made now and then, to see whether that is still so.
bool waiter::expects_nothing() const noexcept {
  auto const vain = socket_.vain_looks_.load(std::memory_order_relaxed);
  return vain >= enough_vain_looks && vain % look_again != 0 &&
         socket_.burst_.load(std::memory_order_relaxed) == static_cast<unsigned>(no_burst.count()) &&
         socket_.home().idle() == idle::adaptive;
}

bool waiter::first_look(unsigned seen) noexcept {
  bool const any =
      expects_nothing() ? socket_.rung() || socket_.changes_.load(std::memory_order_acquire) != seen : news(seen);
  auto const vain = any ? 0 : socket_.vain_looks_.load(std::memory_order_relaxed) + 1;
  socket_.vain_looks_.store(vain, std::memory_order_relaxed);
  return any;
}

bool waiter::look(unsigned seen) noexcept {
  refresh();
  bool const first = !std::exchange(looked_, true);
  if (first) {
    if (first_look(seen)) return true;
    if (!wants_spin()) spin_end_ = {};
  }
  if (spin_end_ == clock::time_point{}) return false;
  if (spin(std::min(spin_end_, options_.until.when()), seen, first)) return true;
  if (spin_end_ == clock::time_point::max()) return !expired();
  // A miss: the longer the streak, the more waits go straight to sleep.
  unsigned const penalty = std::clamp(socket_.spin_penalty_.load(std::memory_order_relaxed) * 2, 1u, most_skips);
  socket_.spin_penalty_.store(penalty, std::memory_order_relaxed);
  socket_.spin_skips_.store(penalty, std::memory_order_relaxed);
  socket_.slept_briefly_.store(false, std::memory_order_relaxed);
  return false;
}

void waiter::served() noexcept {
  if (begun_ == clock::time_point{}) return;
  socket_.slept_briefly_.store(clock::now() - begun_ < long_spin, std::memory_order_relaxed);
}

bool waiter::let_gather(clock::time_point until) const noexcept {
  if (until == clock::time_point{} || options_.stop.stop_requested()) return false;
  while (clock::now() < until) pause();
  return socket_.rung();
}

/// Plain spinning is ruinous when the peer needs this very CPU: it must yield. How soon, the yields tell: one
/// that came back at once had nobody to let in; where each lets somebody run, one look between two is enough.
/// `just_looked`: in vain, or without hope, so that where every yield lets somebody run a look before it has no point.
bool waiter::spin(clock::time_point until, unsigned seen, bool just_looked) noexcept {
  auto burst = std::chrono::nanoseconds(socket_.burst_.load(std::memory_order_relaxed));
  for (auto now = clock::now();; just_looked = false) {
    auto const yield_at = now + burst;
    if (!just_looked || burst > no_burst) do {
        if (look_around(burst > no_burst ? polls_between_clocks : 1, seen)) {
          socket_.spin_penalty_.store(0, std::memory_order_relaxed);
          return true;
        }
        if (burst > no_burst) now = clock::now();
      } while (now < yield_at);
    if (now >= until || options_.stop.stop_requested()) return false;
    auto const left = just_looked || burst > no_burst ? now : clock::now();
    ::sched_yield();
    now = clock::now();
    burst = now - left > empty_yield ? shorter(burst) : longer(burst);
    socket_.burst_.store(static_cast<unsigned>(burst.count()), std::memory_order_relaxed);
    refresh();
  }
}

bool waiter::look_around(unsigned times, unsigned seen) noexcept {
  for (;;) {
    if (news(seen)) return true;
    if (--times == 0) return false;
    if (count_ == 0) pause();
  }
}

void waiter::sleep_once(parker& here) noexcept {
  refresh();
  bool const any = poll();
  if (socket_.rung() || ears_.heard_any()) {
    socket_.attend(ears_);
    naps_ = 0;
    return;
  }
  if (any) {
    naps_ = 0;
    return;
  }
  socket_.sleepers_.join(here);
  // In this order: who adds a lane wakes those who have joined.
  if (!socket_.rung() && !here.finished() && !is_stale()) {
    errno = 0;
    sleep(here);
    interrupted_ = options_.interruptible && errno == EINTR;
  }
  // Rung for and served at the same time: it does not come round again, so it answers before it goes.
  if (!socket_.sleepers_.leave(here) && here.finished() && socket_.rung()) socket_.attend();
}

/// Until when it may sleep. Of sleeps without a limit the kernel resumes some behind a handler's back.
clock::time_point waiter::limit() const noexcept {
  auto const until = options_.until.when();
  return options_.interruptible ? std::min(until, clock::now() + longest_sleep) : until;
}

void waiter::sleep(parker& here) noexcept {
  auto const held = std::count_if(lanes_.begin(), lanes_.begin() + count_, [](auto& e) { return e.held; });
  auto const until = limit();
  if (count_ == 0) return here.sleep(until);
  if (held == 0) return sleep_queued(here);
  auto const mine = std::find_if(lanes_.begin(), lanes_.begin() + count_, [](auto& e) { return e.held; });
  if (count_ == 1) return here.sleep_in(mine->lane->source(), until);
  // Several sources, and a thread sleeps in one only: short naps in the first, a look at the others between.
  auto const nap = std::min(shortest_nap * (1 << std::min(naps_++, 6u)), longest_nap);
  here.sleep_in(mine->lane->source(), std::min(until, clock::now() + nap));
}

/// Others drive. Their leaving wakes this thread, to take its turn; one that has been served needs none.
void waiter::sleep_queued(parker& here) noexcept {
  std::array<std::optional<lane::place>, most> in_line;
  for (std::size_t i = 0; i < count_; ++i) in_line[i].emplace(*lanes_[i].lane, here);
  if (enter_any()) return;
  here.sleep(limit());
  // Before it leaves the queue, which would wake the next.
  if (!here.finished()) enter_any();
}

/// Takes the turn wherever it is free. \return whether it has any
bool waiter::enter_any() noexcept {
  bool any = false;
  for (std::size_t i = 0; i < count_; ++i) {
    auto& e = lanes_[i];
    if (!e.held) e.held = e.lane->try_enter();
    any |= e.held;
  }
  return any;
}

}  // namespace weft::core
