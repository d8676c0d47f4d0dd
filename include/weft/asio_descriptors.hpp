// SPDX-License-Identifier: MIT
#pragma once

#include <weft/asio_pending.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

namespace weft::net {

/// The descriptors of a select's cases, waited for on an executor. Through copies: the same descriptor may have been
/// given to asio by somebody else, which takes each once.
/// Thread safety: none.
class descriptor_watches {
 public:
  /// `events`: POLLIN or POLLOUT
  template <class Executor>
  error_code add(Executor const& ex, int fd, short events) {
    error_code why;
    int const copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return {errno, boost::system::system_category()};
    auto const w = std::make_shared<one>(ex);
    if (w->where.assign(copy, why)) {
      ::close(copy);
      return why;
    }
    w->what = events & POLLIN ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
    all_.push_back(w);
    return {};
  }
  /// `raise` runs when one that did not wait already is ready.
  template <class Raise>
  void arm(Raise const& raise) {
    for (auto& w : all_)
      if (!w->waits.exchange(true))
        w->where.async_wait(w->what, [w, raise](error_code) {
          w->waits = false;
          raise();
        });
  }
  void clear() noexcept {
    error_code ignored;
    for (auto& w : all_) w->where.close(ignored);  // whoever waits holds it
    all_.clear();
  }

 private:
  struct one {
    template <class Executor>
    explicit one(Executor const& ex) : where(ex) {}
    asio::posix::stream_descriptor where;
    asio::posix::descriptor_base::wait_type what{};
    std::atomic<bool> waits{false};
  };
  std::vector<std::shared_ptr<one>> all_;
};

}  // namespace weft::net
