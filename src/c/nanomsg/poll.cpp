// SPDX-License-Identifier: MIT
#include "errors.hpp"
#include "table.hpp"

#include <weft/c/nanomsg/nn.h>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace weft::nanomsg {

namespace {

/// One direction of one socket.
struct watched {
  std::size_t entry;
  short event;
};

class poller {
 public:
  explicit poller(std::span<nn_pollfd> entries) : entries_(entries) {}

  /// \return the number of an error, or 0
  int watch() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      auto s = std::make_unique<held>(entries_[i].fd);
      if (!*s) return EBADF;
      for (short const event : {short{NN_POLLIN}, short{NN_POLLOUT}})
        if (entries_[i].events & event)
          if (int const failed = watch(**s, i, event)) return failed;
      // One that nobody waits for must not be held: who closes it would wait.
      if (entries_[i].events & (NN_POLLIN | NN_POLLOUT)) sockets_.push_back(std::move(s));
    }
    return 0;
  }

  /// `ready`: entries with something to tell.
  int wait(int timeout, int& ready) {
    int const n = ::poll(fds_.data(), fds_.size(), timeout);
    if (n < 0) return errno;
    for (auto const& s : sockets_)
      if ((*s)->closed()) return EBADF;
    if (n == 0) return 0;
    for (auto& e : entries_) e.revents = 0;
    for (std::size_t i = 0; i < fds_.size(); ++i)
      if (fds_[i].revents != 0) entries_[watched_[i].entry].revents |= watched_[i].event;
    ready = static_cast<int>(std::ranges::count_if(entries_, [](nn_pollfd const& e) { return e.revents != 0; }));
    return 0;
  }

 private:
  int watch(socket& of, std::size_t entry, short event) {
    int fd = -1;
    int const failed = of.fd(event == NN_POLLOUT, fd);
    if (failed != 0) return failed;
    fds_.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    watched_.push_back({entry, event});
    return 0;
  }

  std::span<nn_pollfd> entries_;
  std::vector<std::unique_ptr<held>> sockets_;  // none goes while it is watched
  std::vector<pollfd> fds_;
  std::vector<watched> watched_;
};

int poll(std::span<nn_pollfd> entries, int timeout, int& ready) {
  poller p(entries);
  if (int const failed = p.watch()) return failed;
  return p.wait(timeout, ready);
}

}  // namespace

}  // namespace weft::nanomsg

extern "C" int nn_poll(nn_pollfd* fds, int n, int timeout) {
  using namespace weft::nanomsg;
  if (n < 0) return failed(EINVAL);
  if (!fds && n > 0) return failed(EFAULT);
  int ready = 0;
  int const number = guarded([&] { return weft::nanomsg::poll({fds, static_cast<std::size_t>(n)}, timeout, ready); });
  return number == 0 ? ready : failed(number);
}
