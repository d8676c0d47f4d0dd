// SPDX-License-Identifier: MIT
// How a thread sleeps until a completion queue, or one of several, has something.
#include <weft/fabric/completion_queue.hpp>
#include <weft/fabric/domain.hpp>

#include "fabric/sleeper.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_eq.h>

#include <algorithm>
#include <vector>

namespace weft::fabric {

std::optional<int> completion_queue::fd() const noexcept {
  if (fd_ < 0 || broken_) return {};
  return fd_;
}

clock::duration completion_queue::may_sleep_for() noexcept {
  if (stash_begin_ != stash_end_) return {};
  if (broken_) return longest_sleep;
  if (kind_ == wait_kind::backoff) {
    if (fill_stash()) return {};
    return backoff_ = next_backoff(backoff_);
  }
  long const rc = try_to_sleep();
  if (rc == -FI_EAGAIN) return {};
  return rc == 0 ? longest_sleep : longest_backoff;  // a provider that cannot say whether it is safe gets a short one
}

#if FI_MAJOR_VERSION < 2
long completion_queue::try_to_sleep() noexcept {
  if (kind_ == wait_kind::wait_set) {
    long const rc = fi_wait(wait_set_.get(), 0);
    return rc == -FI_ETIMEDOUT ? 0 : rc == 0 ? -FI_EAGAIN : rc;
  }
  fid* queue = &cq_->fid;
  return fi_trywait(domain_->parent()->native_handle(), &queue, 1);
}
#else
long completion_queue::try_to_sleep() noexcept {
  fid* queue = &cq_->fid;
  return fi_trywait(domain_->parent()->native_handle(), &queue, 1);
}
#endif

// \return whether read() would have something to say
bool completion_queue::fill_stash() noexcept {
  auto const got = take(stash_);
  if (got <= 0) return got != -FI_EAGAIN && got != 0;
  stash_begin_ = 0;
  stash_end_ = static_cast<std::size_t>(got);
  return true;
}

/// \param room for the bell and the descriptor of each
bool completion_queue::sleep(std::span<completion_queue* const> all, clock::time_point until, pollfd* room) noexcept {
  std::span const polled(room, 2 * all.size());
  for (std::size_t i = 0; i != all.size(); ++i) {
    polled[2 * i] = readable(all[i]->sleeper_->bell.get());
    polled[2 * i + 1] = readable(all[i]->fd().value_or(-1));
  }
  for (;;) {
    auto const now = clock::now();
    if (until <= now) return false;  // it may be long ago: too long to subtract
    auto nap = until - now;
    for (auto* q : all) nap = std::min(nap, q->may_sleep_for());
    if (nap == nap.zero()) return true;
    if (!poll_any(polled, nap)) continue;
    for (std::size_t i = 0; i != all.size(); ++i)
      if (polled[2 * i].revents) all[i]->sleeper_->hush();
    return true;
  }
}

bool completion_queue::wait(std::span<completion_queue* const> all, clock::time_point until, pollfd* room) noexcept {
  until = std::min(until, clock::now() + longest_sleep);
  bool woken = false;
  for (auto* q : all) woken |= !q->sleeper_->lie_down();
  bool const early = woken || sleep(all, until, room);
  for (auto* q : all) q->sleeper_->get_up();
  return early;
}

void completion_queue::wait(clock::time_point until) noexcept {
  completion_queue* const self = this;
  std::array<pollfd, 2> room;
  wait({&self, 1}, until, room.data());
}

void completion_queue::wake() noexcept { sleeper_->wake(); }

bool wait_any(std::span<completion_queue* const> all, clock::time_point until) {
  std::vector<pollfd> room(2 * all.size());
  return completion_queue::wait(all, until, room.data());
}

}  // namespace weft::fabric
