// SPDX-License-Identifier: MIT
// What is done with a pair of endpoints. But for the round trips one thread drives both ends, so that nothing is in the
// figures but the calls.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace perf {

inline constexpr std::size_t most_bytes = 1 << 20;

/// What an end sends from and receives into: the same memory for both contestants, one at a time, as where it lies
/// makes a tenth of the rate.
inline std::span<std::byte> memory_of(unsigned end) {
  static std::array<std::vector<std::byte>, 2> all{std::vector<std::byte>(most_bytes),
                                                   std::vector<std::byte>(most_bytes)};
  return all[end];
}

struct costs {
  double receive = 0;
  double send = 0;
  double completion = 0;
};

inline double median(std::vector<double> all) {
  auto const middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

/// A pair, and the operations that are posted with it.
template <class Pair>
class worker {
 public:
  explicit worker(std::unique_ptr<Pair> p) : pair_(std::move(p)) { ping_pong(1); }

  /// Nanoseconds of each post, and of each completion that is there and taken alone.
  costs post_and_complete() {
    costs c;
    c.receive = each([&](auto i) { must(pair_->receive(1, in_[i], small)); });
    c.send = each([&](auto i) { must(pair_->send(0, out_[i], small)); });
    c.completion = each([&](auto i) {
      while (out_[i].pending) pair_->template reap<1>(0);
    });
    for (auto& op : in_)
      while (op.pending) move();
    return c;
  }

  /// Nanoseconds of a message and its answer, between two threads that spin: the median.
  double ping_pong(std::size_t trips) {
    must(pair_->receive(0, in_[0], small) && pair_->receive(1, in_[1], small));
    std::jthread const answers([&] {
      for (std::size_t i = 0; i != trips; ++i) {
        take(1, i + 1 != trips);
        send(1);
      }
    });
    std::vector<double> times(trips);
    for (std::size_t i = 0; i != trips; ++i) {
      auto const begin = now();
      send(0);
      take(0, i + 1 != trips);
      times[i] = now() - begin;
    }
    return median(std::move(times));
  }

  /// Nanoseconds of a 1 MiB write, of which `window` are on their way.
  double write(std::size_t count) {
    auto const begin = now();
    for (std::size_t i = 0; i != count; ++i) {
      auto& op = out_[i % window];
      while (op.pending) move();
      while (!pair_->write(0, op, most_bytes)) move();
    }
    for (std::size_t i = 0; i != window; ++i)
      while (out_[i].pending) move();
    return (now() - begin) / static_cast<double>(count);
  }

 private:
  static constexpr std::size_t batch = 32;
  static constexpr std::size_t window = 8;
  static constexpr std::size_t small = 64;

  static double now() {
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  template <class Call>
  static double each(Call&& call) {
    auto const begin = now();
    for (std::size_t i = 0; i != batch; ++i) call(i);
    return (now() - begin) / batch;
  }
  static void must(bool posted) {
    if (!posted) throw std::runtime_error("a queue is full that should not be");
  }

  void move() {
    pair_->template reap<batch>(0);
    pair_->template reap<batch>(1);
  }
  // A thread that spins without a yield takes a busy machine's processor from the one it waits for.
  void send(unsigned from) {
    auto& out = out_[from];
    while (!pair_->send(from, out, small)) reap(from);  // the first one makes the connection
    while (out.pending) reap(from);
  }
  void take(unsigned at, bool another) {
    auto& in = in_[at];
    while (in.pending) reap(at);
    if (another) must(pair_->receive(at, in, small));
  }
  void reap(unsigned at) {
    pair_->template reap<batch>(at);
    if (in_[at].pending) std::this_thread::yield();
  }

  std::array<typename Pair::operation, batch> in_;
  std::array<typename Pair::operation, batch> out_;
  std::unique_ptr<Pair> pair_;  // last: it may write to the operations until it is closed
};

}  // namespace perf
