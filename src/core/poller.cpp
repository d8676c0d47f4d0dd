// SPDX-License-Identifier: MIT
#include "core/poller.hpp"

#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace weft::core {

namespace {

constexpr std::uint64_t wakeup_id = 0;

[[noreturn]] void raise_errno(char const* what) { throw std::system_error(errno, std::system_category(), what); }

timespec until_then(clock::time_point until) noexcept {
  auto const left = std::max(clock::duration::zero(), until - clock::now());
  auto const ns = std::chrono::nanoseconds(left).count();
  return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}

/// epoll_pwait2(2) for its nanoseconds; where the kernel has none (before 5.11, some sandboxes) milliseconds do.
int wait_for(int epoll, std::span<epoll_event> events, clock::time_point until) noexcept {
  static std::atomic<bool> coarse{false};
  bool const forever = until == clock::time_point::max();
  auto const left = forever ? timespec{} : until_then(until);
  int const room = static_cast<int>(events.size());
  if (!coarse.load(std::memory_order_relaxed)) {
    int const n = ::epoll_pwait2(epoll, events.data(), room, forever ? nullptr : &left, nullptr);
    if (n >= 0 || errno != ENOSYS) return n;
    coarse.store(true, std::memory_order_relaxed);
  }
  long const ms = forever ? -1 : std::min<long>(left.tv_sec, 1'000'000) * 1000 + (left.tv_nsec + 999'999) / 1'000'000;
  return ::epoll_wait(epoll, events.data(), room, static_cast<int>(ms));
}

}  // namespace

class poller::registered final : public ext::watch {
 public:
  registered(poller& owner, int fd, std::uint64_t id) : owner_(owner), fd_(fd), id_(id) {
    epoll_event e{.events = 0, .data = {.u64 = id}};
    if (::epoll_ctl(owner_.epoll_.get(), EPOLL_CTL_ADD, fd, &e) != 0) raise_errno("epoll_ctl");
  }
  ~registered() override {
    ::epoll_ctl(owner_.epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
    owner_.watches_.erase(id_);
  }
  void events(bool readable, bool writable) noexcept override {
    epoll_event e{.events = (readable ? EPOLLIN | EPOLLRDHUP : 0u) | (writable ? EPOLLOUT : 0u), .data = {.u64 = id_}};
    ::epoll_ctl(owner_.epoll_.get(), EPOLL_CTL_MOD, fd_, &e);
  }

 private:
  poller& owner_;
  int fd_;
  std::uint64_t id_;
};

poller::poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_) raise_errno("epoll_create1");
  if (!wakeup_) raise_errno("eventfd");
  epoll_event e{.events = EPOLLIN, .data = {.u64 = wakeup_id}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &e) != 0) raise_errno("epoll_ctl");
}

poller::~poller() = default;

std::unique_ptr<ext::watch> poller::make_watch(int fd, std::function<void(std::uint32_t)> ready) {
  auto const id = ++last_id_;
  auto made = std::make_unique<registered>(*this, fd, id);
  watches_.emplace(id, std::make_shared<std::function<void(std::uint32_t)>>(std::move(ready)));
  return made;
}

bool poller::collect(clock::time_point until) noexcept {
  if (found_ > 0) return true;
  found_ = std::max(wait_for(epoll_.get(), events_, until), 0);
  return found_ > 0;
}

bool poller::dispatch() {
  bool any = false;
  for (int i = 0, n = std::exchange(found_, 0); i < n; ++i) {
    auto const& e = events_[static_cast<std::size_t>(i)];
    if (e.data.u64 == wakeup_id) {
      std::uint64_t count = 0;
      [[maybe_unused]] auto const got = ::read(wakeup_.get(), &count, sizeof count);
      continue;
    }
    auto const it = watches_.find(e.data.u64);
    if (it == watches_.end()) continue;
    handler const ready = it->second;  // it may destroy its own watch
    (*ready)(e.events);
    any = true;
  }
  return any;
}

void poller::interrupt() noexcept {
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const sent = ::write(wakeup_.get(), &one, sizeof one);
}

}  // namespace weft::core
