// SPDX-License-Identifier: MIT
// How threads share one completion queue: whoever has the turn takes everybody's completions to their operations.
#include <weft/error.hpp>
#include <weft/fabric/completion_queue.hpp>

#include "fabric/sleeper.hpp"

#include <chrono>
#include <thread>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// A sleep costs some 20 us to wake from: nothing is lost by looking for as long first.
constexpr auto looks_for = 20us;

// Between two looks at a deadline by those who have not the turn.
constexpr clock::duration longest_park = 100ms;

std::error_code reason(op_options const& options) noexcept {
  if (options.stop.stop_requested()) return errc::canceled;
  if (clock::now() >= options.until.when()) return errc::timed_out;
  return {};
}

}  // namespace

std::size_t completion_queue::run_batch() noexcept {
  auto const n = read(taken_);
  for (std::size_t i = 0; i != n; ++i) {
    if (!taken_[i].op) unclaimed_.fetch_add(1, std::memory_order_relaxed);
    taken_[i].complete();
  }
  // A read that writes: whoever parks afterwards sees what the operations have said.
  if (n != 0 && parked_.fetch_add(0, std::memory_order_acq_rel) != 0) {
    std::lock_guard lock(turn_mutex_);
    turn_.notify_all();
  }
  return n;
}

/// \return whether the turn is ours; not when it is too late, or there is nothing to wait for any more
bool completion_queue::take_turn(clock::time_point until, std::atomic<bool> const* done, std::stop_token const* stop) {
  std::unique_lock lock(turn_mutex_);
  parked_.fetch_add(1, std::memory_order_acq_rel);
  auto const over = [&] { return (done && done->load(std::memory_order_acquire)) || (stop && stop->stop_requested()); };
  while (driven_ && !over() && clock::now() < until)
    turn_.wait_until(lock, std::min(until, clock::now() + longest_park));
  parked_.fetch_sub(1, std::memory_order_relaxed);
  if (driven_ || over()) return false;
  return driven_ = true;
}

void completion_queue::end_turn() noexcept {
  std::lock_guard lock(turn_mutex_);
  driven_ = false;
  turn_.notify_all();
}

std::size_t completion_queue::dispatch(clock::time_point until) {
  if (!take_turn(until, nullptr, nullptr)) return 0;
  auto n = run_batch();
  if (n == 0 && until > clock::now()) {
    wait(until);
    n = run_batch();
  }
  end_turn();
  return n;
}

void completion_queue::drive(std::atomic<bool> const& done, op_options const& options) noexcept {
  auto spin_until = clock::now() + looks_for;
  while (!done.load(std::memory_order_acquire) && !broken_) {
    bool const moved = run_batch() != 0;
    if (done.load(std::memory_order_acquire) || reason(options)) return;
    if (moved) {
      spin_until = clock::now() + looks_for;
    } else if (clock::now() < spin_until) {
      std::this_thread::yield();
    } else {
      wait(options.until.when());
    }
  }
}

std::error_code completion_queue::run_until(std::atomic<bool> const& done, op_options const& options) {
  std::stop_callback const on_stop(options.stop, [this] {
    wake();
    std::lock_guard lock(turn_mutex_);
    turn_.notify_all();
  });
  for (bool looked = false;; looked = true) {
    if (done.load(std::memory_order_acquire)) return {};
    if (auto const why = reason(options)) {
      if (looked || why != errc::timed_out) return why;
      dispatch();  // a deadline that has passed means: look once
      continue;
    }
    if (!take_turn(options.until.when(), &done, &options.stop)) continue;
    drive(done, options);
    auto const broken = broken_;
    end_turn();
    if (broken && !done.load(std::memory_order_acquire)) return broken;
  }
}

}  // namespace weft::fabric
