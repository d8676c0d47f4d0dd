// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "base/fd.hpp"

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace weft::core {

/// File descriptors and who waits for them: epoll(7), level-triggered, and nothing else.
/// Thread safety: one driver; interrupt() from any thread.
class poller {
 public:
  poller();  ///< \throws std::system_error
  poller(poller const&) = delete;
  poller& operator=(poller const&) = delete;
  ~poller();

  std::unique_ptr<ext::watch> make_watch(int fd, std::function<void(std::uint32_t)> ready);

  /// Looks for events until `until` and keeps them for dispatch(). \return whether there are any.
  bool collect(clock::time_point until) noexcept;
  bool dispatch();  ///< calls back for what collect() found; \return whether there was anything
  void interrupt() noexcept;
  int fd() const noexcept { return epoll_.get(); }

 private:
  class registered;
  using handler = std::shared_ptr<std::function<void(std::uint32_t)>>;

  base::unique_fd epoll_;
  base::unique_fd wakeup_;
  // Looked up by a number that is never used again: events already fetched for a watch that a callback
  // before them destroyed find nothing.
  std::unordered_map<std::uint64_t, handler> watches_;
  std::uint64_t last_id_ = 0;
  std::array<epoll_event, 64> events_;
  int found_ = 0;
};

}  // namespace weft::core
