// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "base/fd.hpp"

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::ofi {

/// A reactor that one thread turns: descriptors, alarms, posted work, and the progress sources.
class small_reactor final : public ext::reactor {
 public:
  small_reactor() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~small_reactor() {
    posted_.clear();
    sources_.clear();
    posted_.clear();  // what the sources left behind refers to alarms
  }

  clock::time_point now() const noexcept override { return clock::now(); }
  void post(std::function<void()> f) override {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(f));
  }
  bool on_loop() const noexcept override { return turning_; }
  std::unique_ptr<ext::alarm> make_alarm() override { return std::make_unique<own_alarm>(*this); }
  std::unique_ptr<ext::watch> make_watch(int fd, std::function<void(std::uint32_t)> ready) override {
    return std::make_unique<own_watch>(*this, fd, std::move(ready));
  }
  void add(std::shared_ptr<ext::progress_source> s, std::uint64_t = 0) override { sources_.push_back(std::move(s)); }
  void attend(ext::progress_source&) noexcept override { ++attended; }

  /// Everything once.
  void turn() {
    turning_ = true;
    std::vector<std::function<void()>> work;
    {
      std::lock_guard lock(mutex_);
      work.swap(posted_);
    }
    for (auto& f : work) f();
    run_alarms();
    run_watches();
    turning_ = false;
    for (std::size_t i = 0; i != sources_.size(); ++i) sources_[i]->poll();
  }

  /// Turns until it holds, or for ten seconds. \return whether it holds
  bool until(std::function<bool()> const& holds) {
    for (auto const end = clock::now() + std::chrono::seconds(10); !holds();) {
      if (clock::now() > end) return false;
      turn();
    }
    return true;
  }
  /// Turns for a while: for what must not happen.
  void turn_for(clock::duration d) {
    for (auto const end = clock::now() + d; clock::now() < end;) turn();
  }

  std::vector<std::shared_ptr<ext::progress_source>> const& sources() const noexcept { return sources_; }
  int attended = 0;

 private:
  struct own_alarm final : ext::alarm {
    explicit own_alarm(small_reactor& r) : home(r) {}
    ~own_alarm() override { cancel(); }
    void at(clock::time_point when, std::function<void()> f) override {
      cancel();
      home.alarms_[this] = {when, std::move(f)};
    }
    void cancel() noexcept override { home.alarms_.erase(this); }
    small_reactor& home;
  };
  struct own_watch final : ext::watch {
    own_watch(small_reactor& r, int f, std::function<void(std::uint32_t)> ready) : home(r), fd(f), id(++r.last_id_) {
      home.watches_[id] = std::make_shared<std::function<void(std::uint32_t)>>(std::move(ready));
      control(EPOLL_CTL_ADD, 0);
    }
    ~own_watch() override {
      home.watches_.erase(id);
      control(EPOLL_CTL_DEL, 0);
    }
    void events(bool readable, bool writable) noexcept override {
      control(EPOLL_CTL_MOD, (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u));
    }
    void control(int what, std::uint32_t events) {
      epoll_event e{};
      e.events = events;
      e.data.u64 = id;
      ::epoll_ctl(home.epoll_.get(), what, fd, &e);
    }
    small_reactor& home;
    int fd;
    std::uint64_t id;
  };

  void run_alarms() {
    auto const time = now();
    std::vector<std::function<void()>> due;
    for (auto it = alarms_.begin(); it != alarms_.end();)
      if (it->second.first <= time) {
        due.push_back(std::move(it->second.second));
        it = alarms_.erase(it);
      } else {
        ++it;
      }
    for (auto& f : due) f();
  }
  void run_watches() {
    std::array<epoll_event, 64> ready;
    int const n = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), 0);
    for (int i = 0; i < n; ++i)
      if (auto const it = watches_.find(ready[static_cast<std::size_t>(i)].data.u64); it != watches_.end()) {
        auto const keep = it->second;
        (*keep)(ready[static_cast<std::size_t>(i)].events);
      }
  }

  base::unique_fd epoll_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::map<own_alarm*, std::pair<clock::time_point, std::function<void()>>> alarms_;
  std::map<std::uint64_t, std::shared_ptr<std::function<void(std::uint32_t)>>> watches_;
  std::uint64_t last_id_ = 0;
  std::vector<std::shared_ptr<ext::progress_source>> sources_;
  bool turning_ = false;
};

}  // namespace weft::ofi
