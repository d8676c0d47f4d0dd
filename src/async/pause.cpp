// SPDX-License-Identifier: MIT
#include "async/pause.hpp"

#include "core/socket.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace weft::async {

namespace {

// How long one of several sources is slept in, before the others are looked at.
constexpr auto nap = std::chrono::milliseconds(1);

core::loop* loop_to_drive(ext::select_case const& c) noexcept {
  auto* const s = c.home();
  return s && !s->home().loop().has_helper() ? &s->home().loop() : nullptr;
}

}  // namespace

pause::pause() = default;
pause::~pause() {
  if (wakeup_ >= 0) ::close(wakeup_);
}

void pause::raise() noexcept {
  if (raised_.exchange(true, std::memory_order_seq_cst)) return;
  if (wakeup_ >= 0) {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const done = ::write(wakeup_, &one, sizeof one);
  }
  here_.notify()();
}

void pause::attend(ext::select_case const& c) {
  if (auto* const l = loop_to_drive(c); l && std::ranges::find(loops_, l) == loops_.end()) loops_.push_back(l);
  auto const [fd, events] = c.descriptor();
  if (fd < 0) return;
  if (wakeup_ < 0) begin_polling();
  descriptors_.push_back({.fd = fd, .events = events, .revents = 0});
}

void pause::forget(ext::select_case const& c) noexcept {
  auto const fd = c.descriptor().first;
  if (auto const it = std::ranges::find(descriptors_, fd, &pollfd::fd); fd >= 0 && it != descriptors_.end())
    descriptors_.erase(it);
}

void pause::begin_polling() {
  wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wakeup_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
  descriptors_.push_back({.fd = wakeup_, .events = POLLIN, .revents = 0});
}

void pause::wait(clock::time_point until) noexcept {
  if (!descriptors_.empty()) return poll(until);
  if (loops_.empty()) {
    while (!raised_.load(std::memory_order_seq_cst) && clock::now() < until) here_.sleep(until);
  } else if (loops_.size() == 1) {
    loops_.front()->serve_for(here_, until);
  } else {
    for (auto* l : loops_)
      if (!raised_.load(std::memory_order_seq_cst)) l->serve_for(here_, std::min(until, clock::now() + nap));
  }
}

void pause::poll(clock::time_point until) noexcept {
  if (!loops_.empty()) until = std::min(until, clock::now() + nap);
  auto const left =
      until == clock::time_point::max()
          ? std::chrono::milliseconds(-1)
          : std::chrono::ceil<std::chrono::milliseconds>(std::max(clock::duration::zero(), until - clock::now()));
  for (auto* l : loops_) l->serve_once();
  if (raised_.load(std::memory_order_seq_cst)) return;
  ::poll(descriptors_.data(), descriptors_.size(), static_cast<int>(std::min<long>(left.count(), 1'000'000)));
  std::uint64_t count = 0;
  [[maybe_unused]] auto const got = ::read(wakeup_, &count, sizeof count);
}

void drive(std::span<ext::select_case* const> cases) {
  for (auto* c : cases)
    if (auto* const l = loop_to_drive(*c)) l->serve_once();
}

}  // namespace weft::async
