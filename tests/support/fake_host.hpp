// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weft::test {

/// Stands in for the socket: counts the marks, and turns the clock by hand.
class fake_host final : public ext::protocol_host {
 public:
  clock::time_point now() const noexcept override { return now_; }
  void wake_senders() noexcept override { ++senders_woken_; }
  void wake_receivers(ext::context& c) noexcept override { woken_.push_back(&c); }
  void arm(ext::context& c, clock::time_point when) noexcept override {
    disarm(c);
    alarms_.push_back({&c, when});
  }
  void disarm(ext::context& c) noexcept override {
    std::erase_if(alarms_, [&](alarm const& a) { return a.who == &c; });
  }

  void drop(drop_reason why, direction which, ext::pipe const* p, message&& m) noexcept override {
    dropped_.push_back({why, which, p ? p->id() : pipe_id{}, std::move(m)});
  }
  void tend(bool on) noexcept override { tenders_ += on ? 1 : -1; }
  bool tended() const noexcept { return tenders_ > 0; }

  struct drop_record {
    drop_reason why;
    direction which;
    pipe_id from;  // zero: nobody in particular
    message what;
  };
  /// What was dropped since the last time this was asked, in order.
  std::vector<drop_record> dropped() { return std::exchange(dropped_, {}); }
  void forget_drops() noexcept { dropped_.clear(); }  // keeps the memory

  /// Lets time pass, and alarms go off as their time comes.
  void advance(clock::duration d) {
    auto const until = now_ + d;
    while (!alarms_.empty()) {
      auto const first = std::ranges::min_element(alarms_, {}, &alarm::when);
      if (first->when > until) break;
      auto const due = *first;
      alarms_.erase(first);
      now_ = due.when;
      due.who->expire();
    }
    now_ = until;
  }
  void set_now(clock::time_point t) noexcept { now_ = t; }
  std::size_t alarms() const noexcept { return alarms_.size(); }

  /// Whether senders were woken since the last time this was asked.
  bool woke_senders() noexcept { return std::exchange(senders_woken_, 0u) > 0; }
  /// Whether receivers on `c` were woken since the last time this was asked.
  bool woke(ext::context& c) { return std::erase(woken_, &c) > 0; }
  /// Who was woken since the last time this was asked, in order.
  std::vector<ext::context*> woken() { return std::exchange(woken_, {}); }
  void forget_wakes() noexcept { woken_.clear(); }  // keeps the memory: for tests that count allocations

 private:
  struct alarm {
    ext::context* who;
    clock::time_point when;
  };

  clock::time_point now_{};
  unsigned senders_woken_ = 0;
  int tenders_ = 0;
  std::vector<ext::context*> woken_;
  std::vector<alarm> alarms_;
  std::vector<drop_record> dropped_;
};

}  // namespace weft::test
