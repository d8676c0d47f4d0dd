// SPDX-License-Identifier: MIT
#include "fabric/sleeper.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

namespace weft::fabric {

namespace {

timespec to_timespec(clock::duration d) noexcept {
  auto const ns = std::max<std::int64_t>(std::chrono::nanoseconds(d).count(), 0);
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

}  // namespace

long sleeper::open() noexcept {
  bell.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return bell ? 0 : -errno;
}

bool poll_any(std::span<pollfd> all, clock::duration at_most) noexcept {
  auto const timeout = to_timespec(at_most);
  return ppoll(all.data(), all.size(), &timeout, nullptr) > 0;
}

bool sleeper::poll(int descriptor, clock::duration at_most) noexcept {
  pollfd looked_at[] = {readable(bell.get()), readable(descriptor)};
  return poll_any(looked_at, at_most) && looked_at[0].revents && hush();
}

bool sleeper::hush() noexcept {
  std::uint64_t rings = 0;
  return read(bell.get(), &rings, sizeof rings) > 0;
}

void sleeper::wake() noexcept {
  if (woken.exchange(true, std::memory_order_seq_cst) || !asleep.load(std::memory_order_seq_cst)) return;
  std::uint64_t const ring = 1;
  [[maybe_unused]] auto const written = write(bell.get(), &ring, sizeof ring);  // full is rung, too
}

}  // namespace weft::fabric
