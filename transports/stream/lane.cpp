// SPDX-License-Identifier: MIT
#include "stream/lane.hpp"

#include "stream/flow.hpp"

#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace weft::stream {

namespace {

constexpr std::uint64_t wakeup_id = 0;
// Between two looks at what a hot connection has to write, or at how far the last bytes of one have come.
constexpr auto shortest_nap = std::chrono::milliseconds(1);

constexpr std::uint32_t input = EPOLLIN | EPOLLRDHUP | EPOLLET;

int wait_for(int epoll, epoll_event* events, int room, clock::time_point until) noexcept {
  if (until == clock::time_point{}) return ::epoll_wait(epoll, events, room, 0);
  if (until == clock::time_point::max()) return ::epoll_wait(epoll, events, room, -1);
  auto const ns = std::chrono::nanoseconds(std::max(clock::duration::zero(), until - clock::now())).count();
  timespec const left{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  int const n = ::epoll_pwait2(epoll, events, room, &left, nullptr);
  if (n >= 0 || errno != ENOSYS) return n;
  return ::epoll_wait(epoll, events, room, static_cast<int>(std::min<long>(ns / 1'000'000 + 1, 1'000'000)));
}

}  // namespace

lane::lane(ext::reactor& r)
    : reactor_(r), epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event e{.events = EPOLLIN, .data = {.u64 = wakeup_id}};
  if (!epoll_ || !wakeup_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &e) != 0)
    throw std::system_error(errno, std::system_category(), "a lane's epoll");
}

lane::~lane() = default;

void lane::add(std::shared_ptr<flow> f) {
  std::lock_guard lock(mutex_);
  auto const id = f->id();
  epoll_event e{.events = input, .data = {.u64 = id}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, f->fd(), &e) != 0)
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
  flows_.emplace(id, std::move(f));
  size_.store(flows_.size(), std::memory_order_relaxed);
}

void lane::remove(flow& f) noexcept {
  std::shared_ptr<flow> last;
  std::lock_guard lock(mutex_);
  auto const it = flows_.find(f.id());
  if (it == flows_.end()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, f.fd(), nullptr);
  last = std::move(it->second);
  flows_.erase(it);
  size_.store(flows_.size(), std::memory_order_relaxed);
}

void lane::watch_output(flow& f, bool on) noexcept {
  epoll_event e{.events = input | (on ? EPOLLOUT : 0u), .data = {.u64 = f.id()}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, f.fd(), &e);
}

void lane::care(int n) noexcept {
  cares_.fetch_add(n, std::memory_order_relaxed);
  if (n > 0) reactor_.attend(*this);
}

std::shared_ptr<flow> lane::find(std::uint64_t id) noexcept {
  std::lock_guard lock(mutex_);
  auto const it = flows_.find(id);
  return it == flows_.end() ? nullptr : it->second;
}

std::shared_ptr<flow> lane::the_only_one() noexcept {
  std::lock_guard lock(mutex_);
  return flows_.size() == 1 ? flows_.begin()->second : nullptr;
}

bool lane::poll() noexcept {
  bool any = hot_.load(std::memory_order_relaxed) > 0 && flush_hot();
  // With one connection the read itself is the question; where nothing may be read, the events must be taken off.
  if (found_ == 0)
    if (auto const f = the_only_one(); f && f->readable() && !f->stalled()) return drive(*f, EPOLLIN) || any;
  any |= drive_unfinished();
  if (collect(clock::time_point{})) any |= drive_found();
  return any;
}

bool lane::collect(clock::time_point until) noexcept {
  if (found_ == 0)
    found_ = std::max(0, wait_for(epoll_.get(), events_.data(), static_cast<int>(events_.size()), until));
  return found_ > 0;
}

bool lane::drive(flow& f, std::uint32_t events) noexcept {
  auto const did = f.drive(events);
  std::erase(unfinished_, f.id());
  if (did.more) unfinished_.push_back(f.id());
  return did.any;
}

bool lane::drive_found() noexcept {
  bool any = false;
  for (int i = 0, n = std::exchange(found_, 0); i < n; ++i) {
    auto const& e = events_[static_cast<std::size_t>(i)];
    if (e.data.u64 == wakeup_id) {
      std::uint64_t count = 0;
      [[maybe_unused]] auto const got = ::read(wakeup_.get(), &count, sizeof count);
    } else if (auto const f = find(e.data.u64)) {
      any |= drive(*f, e.events);
    }
  }
  return any;
}

bool lane::drive_unfinished() noexcept {
  bool any = false;
  for (auto const id : std::exchange(unfinished_, {}))
    if (auto const f = find(id)) any |= drive(*f, EPOLLIN);
  return any;
}

bool lane::flush_hot() noexcept {
  {
    std::lock_guard lock(mutex_);
    for (auto& [id, f] : flows_)
      if (f->hot()) hot_flows_.push_back(f);
  }
  bool any = false;
  for (auto& f : hot_flows_) any |= f->pump();
  hot_flows_.clear();  // keeps its memory: a hot connection is asked for at every look
  return any;
}

/// Not while one that was not read to the end may be read again.
bool lane::may_sleep() noexcept {
  return std::ranges::none_of(unfinished_, [this](std::uint64_t id) {
    auto const f = find(id);
    return f && f->readable();
  });
}

void lane::wait(clock::time_point until) noexcept {
  if (hot_.load(std::memory_order_relaxed) > 0) until = std::min(until, clock::now() + shortest_nap);
  asleep_.store(true, std::memory_order_seq_cst);
  if (!woken_.exchange(false, std::memory_order_seq_cst) && may_sleep()) collect(until);
  asleep_.store(false, std::memory_order_seq_cst);
}

void lane::wake() noexcept {
  woken_.store(true, std::memory_order_seq_cst);
  if (!asleep_.load(std::memory_order_seq_cst)) return;
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const sent = ::write(wakeup_.get(), &one, sizeof one);
}

}  // namespace weft::stream
