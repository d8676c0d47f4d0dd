// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "base/fd.hpp"
#include "stream/inbox.hpp"

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace weft::stream {

class flow;

/// The stream connections of one socket, driven by whoever waits on it.
///
/// Descriptors are watched for changes (EPOLLET): a connection whose socket takes nothing costs no look. Whoever
/// did not read to the end is remembered and looked at again.
class lane final : public ext::progress_source {
 public:
  explicit lane(ext::reactor&);  ///< \throws std::system_error
  ~lane() override;

  // ext::progress_source
  bool poll() noexcept override;
  void wait(clock::time_point until) noexcept override;
  void wake() noexcept override;
  bool busy() const noexcept override { return cares_.load(std::memory_order_relaxed) > 0; }
  int pollable_fd() const noexcept override { return epoll_.get(); }

  // Any thread.
  void add(std::shared_ptr<flow>);  ///< \throws std::system_error
  void remove(flow&) noexcept;
  void watch_output(flow&, bool on) noexcept;
  /// A flow needs driving although nobody waits; or no longer.
  void care(int n) noexcept;
  /// A flow gathers its messages; or no longer.
  void heat(int n) noexcept { hot_.fetch_add(n, std::memory_order_relaxed); }
  int hot() const noexcept { return hot_.load(std::memory_order_relaxed); }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }  ///< connections
  /// A clock that stands still while somebody writes.
  clock::rep time_beside_writing(clock::time_point now) const noexcept {
    return now.time_since_epoch().count() - writing_.load(std::memory_order_relaxed);
  }
  void wrote_for(clock::duration d) noexcept { writing_.fetch_add(d.count(), std::memory_order_relaxed); }

  ext::reactor& reactor() noexcept { return reactor_; }
  spare_block& spare() noexcept { return spare_; }

 private:
  std::shared_ptr<flow> find(std::uint64_t id) noexcept;
  std::shared_ptr<flow> the_only_one() noexcept;
  bool collect(clock::time_point until) noexcept;
  bool drive(flow&, std::uint32_t events) noexcept;
  bool drive_found() noexcept;
  bool drive_unfinished() noexcept;
  bool flush_hot() noexcept;
  bool may_sleep() noexcept;

  ext::reactor& reactor_;
  base::unique_fd epoll_;
  base::unique_fd wakeup_;
  spare_block spare_;

  std::mutex mutex_;
  // By a number that is never used again: events already fetched for one that has gone find nothing.
  std::unordered_map<std::uint64_t, std::shared_ptr<flow>> flows_;

  std::atomic<int> cares_{0};
  std::atomic<std::size_t> size_{0};
  std::atomic<int> hot_{0};
  std::atomic<clock::rep> writing_{0};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> woken_{false};

  // The driver's.
  std::array<epoll_event, 64> events_;
  int found_ = 0;
  std::vector<std::shared_ptr<flow>> hot_flows_;  // while they are pumped
  std::vector<std::uint64_t> unfinished_;         // there may be more to read, and no event will say so
};

}  // namespace weft::stream
