// SPDX-License-Identifier: MIT
#include "stream/vigil.hpp"

#include "stream/flow.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace weft::stream {

void vigil::add(std::shared_ptr<flow> const& f) {
  if (!epoll_) {
    epoll_ = base::unique_fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) throw std::system_error(errno, std::system_category(), "epoll_create1");
    watch_ = reactor_.make_watch(epoll_.get(), [this](std::uint32_t) { look(); });
    watch_->events(true, false);
  }
  {
    std::lock_guard lock(mutex_);
    flows_.emplace(f->id(), f);
  }
  epoll_event e{.events = EPOLLRDHUP | EPOLLONESHOT, .data = {.u64 = f->id()}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, f->fd(), &e) == 0) return;
  int const error = errno;
  remove(*f);
  throw std::system_error(error, std::system_category(), "epoll_ctl");
}

void vigil::remove(flow& f) noexcept {
  std::lock_guard lock(mutex_);
  if (flows_.erase(f.id()) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, f.fd(), nullptr);
}

void vigil::look() noexcept {
  std::array<epoll_event, 64> found;
  int const n = ::epoll_wait(epoll_.get(), found.data(), static_cast<int>(found.size()), 0);
  for (int i = 0; i < n; ++i) {
    std::shared_ptr<flow> f;
    {
      std::lock_guard lock(mutex_);
      if (auto const it = flows_.find(found[static_cast<std::size_t>(i)].data.u64); it != flows_.end())
        f = it->second.lock();
    }
    if (f) f->hung_up();
  }
}

}  // namespace weft::stream
