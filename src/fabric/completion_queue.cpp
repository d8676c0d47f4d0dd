// SPDX-License-Identifier: MIT
#include "fabric/completion_queue.hpp"

#include "fabric/domain.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// libfabric's manual progress has had gaps in which a wake-up was missed: no sleep is trusted for longer.
constexpr clock::duration longest_sleep = 100ms;
constexpr clock::duration shortest_backoff = 50us;
constexpr clock::duration longest_backoff = 1ms;

operation* operation_of(void* context) noexcept { return context ? &operation::from(context) : nullptr; }

timespec to_timespec(clock::duration d) noexcept {
  auto const ns = std::max<std::int64_t>(std::chrono::nanoseconds(d).count(), 0);
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

// Sleeps until the bell was rung, or the queue (-1: no queue) has something. \return whether the bell was rung
bool poll_for(int bell, int queue, clock::duration at_most) noexcept {
  pollfd looked_at[] = {{.fd = bell, .events = POLLIN, .revents = 0}, {.fd = queue, .events = POLLIN, .revents = 0}};
  auto const timeout = to_timespec(at_most);
  if (ppoll(looked_at, 2, &timeout, nullptr) <= 0 || !looked_at[0].revents) return false;
  std::uint64_t rings = 0;
  return read(bell, &rings, sizeof rings) > 0;
}

// shm of 1.17 gives a truncation as a negative number.
completion of(fi_cq_err_entry const& e) noexcept {
  auto const number = e.err == 0 ? FI_EOTHER : std::abs(e.err);
  return {.error = {number, category()},
          .bytes = 0,
          .tag = e.tag,
          .flags = e.flags,
          .data = e.data,
          .missing = number == FI_ETRUNC ? e.olen : 0,
          .provider_error = e.prov_errno};
}

}  // namespace

setup<std::unique_ptr<completion_queue>> completion_queue::open(std::shared_ptr<domain const> in, std::size_t depth) {
  auto const best = in->info().facts().waits_on;
  std::unique_ptr<completion_queue> q(new completion_queue(std::move(in)));
  q->bell_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!q->bell_) return failed("eventfd", -errno);
  long rc = q->make(best, depth);
  // Some versions and environments refuse what others offer (efa before 2.4, or with its shm on).
  if (rc < 0 && best != wait_kind::backoff) rc = q->make(wait_kind::backoff, depth);
  if (rc < 0) return failed("fi_cq_open", rc);
  return q;
}

long completion_queue::make(wait_kind kind, std::size_t depth) noexcept {
  fi_cq_attr attr{};
  attr.size = depth;
  attr.format = FI_CQ_FORMAT_TAGGED;  // what read() parses
  attr.wait_obj = FI_WAIT_NONE;
  kind_ = kind;
  switch (kind) {
    case wait_kind::descriptor:
      return make_with_descriptor(attr);
    case wait_kind::wait_set:
      return make_in_wait_set(attr);
    case wait_kind::backoff:
      break;
  }
  return make_queue(attr);
}

long completion_queue::make_queue(fi_cq_attr attr) noexcept {
  fid_cq* raw = nullptr;
  long const rc = fi_cq_open(domain_->get(), &attr, &raw, nullptr);
  cq_.reset(rc < 0 ? nullptr : raw);
  return rc;
}

long completion_queue::make_with_descriptor(fi_cq_attr attr) noexcept {
  attr.wait_obj = FI_WAIT_FD;
  if (long const rc = make_queue(attr); rc < 0) return rc;
  long const rc = fi_control(&cq_->fid, FI_GETWAIT, &fd_);
  if (rc < 0) cq_.reset();
  return rc;
}

#if FI_MAJOR_VERSION < 2
// The queue's own descriptor would stay readable after its first event: net's fi_trywait() does not look at it.
long completion_queue::make_in_wait_set(fi_cq_attr attr) noexcept {
  fi_wait_attr set{};
  set.wait_obj = FI_WAIT_FD;
  fid_wait* raw = nullptr;
  if (long const rc = fi_wait_open(domain_->fabric(), &set, &raw); rc < 0) return rc;
  wait_set_.reset(raw);
  attr.wait_obj = FI_WAIT_SET;
  attr.wait_set = raw;
  long rc = make_queue(attr);
  if (rc >= 0) rc = fi_control(&wait_set_->fid, FI_GETWAIT, &fd_);
  if (rc < 0) {
    cq_.reset();
    wait_set_.reset();
  }
  return rc;
}

long completion_queue::try_to_sleep() noexcept {
  if (kind_ == wait_kind::wait_set) {
    long const rc = fi_wait(wait_set_.get(), 0);
    return rc == -FI_ETIMEDOUT ? 0 : rc == 0 ? -FI_EAGAIN : rc;
  }
  fid* queue = &cq_->fid;
  return fi_trywait(domain_->fabric(), &queue, 1);
}
#else
// Deprecated since 2.0, which has no net provider to need it.
long completion_queue::make_in_wait_set(fi_cq_attr) noexcept { return -FI_ENOSYS; }

long completion_queue::try_to_sleep() noexcept {
  fid* queue = &cq_->fid;
  return fi_trywait(domain_->fabric(), &queue, 1);
}
#endif

std::size_t completion_queue::translate(std::span<fi_cq_tagged_entry const> raw, std::span<entry> out) noexcept {
  for (std::size_t i = 0; i != raw.size(); ++i) {
    auto const& r = raw[i];
    out[i] = {operation_of(r.op_context),
              {.error = {}, .bytes = r.flags & FI_RECV ? r.len : 0, .tag = r.tag, .flags = r.flags, .data = r.data}};
  }
  return raw.size();
}

std::size_t completion_queue::take_stash(std::span<entry> out) noexcept {
  auto const n = std::min(out.size(), stash_end_ - stash_begin_);
  translate(std::span(stash_).subspan(stash_begin_, n), out);
  stash_begin_ += n;
  return n;
}

// Drains the errors one by one: each ends one operation, and they block what is behind them in the queue.
std::size_t completion_queue::read_failed(long rc, std::span<entry> out) noexcept {
  if (rc == 0) return 0;
  if (rc != -FI_EAVAIL) {
    broken_ = error(rc);
    return 0;
  }
  std::size_t n = 0;
  while (n != out.size()) {
    fi_cq_err_entry e{};
    long const got = fi_cq_readerr(cq_.get(), &e, 0);
    if (got < 0 && got != -FI_EAGAIN) broken_ = error(got);
    if (got <= 0) break;
    out[n++] = {operation_of(e.op_context), of(e)};
  }
  backoff_ = {};
  return n;
}

void completion_queue::wait(clock::time_point until) noexcept {
  if (stash_begin_ != stash_end_) return;
  until = std::min(until, clock::now() + longest_sleep);
  // Whoever wakes sets woken_ and then looks at asleep_; here it is the other way round. One of the two sees the other.
  asleep_.store(true, std::memory_order_seq_cst);
  if (!woken_.load(std::memory_order_seq_cst)) {
    if (broken_)
      poll_for(bell_.get(), -1, until - clock::now());
    else if (kind_ == wait_kind::backoff)
      sleep_by_backoff(until);
    else
      sleep_on_descriptor(until);
  }
  asleep_.store(false, std::memory_order_relaxed);
  woken_.exchange(false, std::memory_order_acquire);
}

void completion_queue::wake() noexcept {
  if (woken_.exchange(true, std::memory_order_seq_cst) || !asleep_.load(std::memory_order_seq_cst)) return;
  std::uint64_t const ring = 1;
  [[maybe_unused]] auto const written = write(bell_.get(), &ring, sizeof ring);  // full is rung, too
}

void completion_queue::sleep_on_descriptor(clock::time_point until) noexcept {
  long const rc = try_to_sleep();
  if (rc == -FI_EAGAIN) return;  // there is something already
  // A provider that cannot say whether it is safe to sleep gets a short one.
  auto const at_most =
      rc == 0 ? until - clock::now() : std::min<clock::duration>(until - clock::now(), longest_backoff);
  poll_for(bell_.get(), rc == 0 ? fd_ : -1, at_most);
}

void completion_queue::sleep_by_backoff(clock::time_point until) noexcept {
  while (!fill_stash()) {
    auto const left = until - clock::now();
    if (left <= left.zero()) return;
    backoff_ = std::clamp(2 * backoff_, shortest_backoff, longest_backoff);
    if (poll_for(bell_.get(), -1, std::min(left, backoff_))) return;
  }
}

// \return whether read() would have something to say
bool completion_queue::fill_stash() noexcept {
  auto const got = fi_cq_read(cq_.get(), stash_.data(), stash_.size());
  if (got <= 0) return got != -FI_EAGAIN && got != 0;
  stash_begin_ = 0;
  stash_end_ = static_cast<std::size_t>(got);
  backoff_ = {};
  return true;
}

std::string completion_queue::text(completion const& c) const {
  std::array<char, 256> buffer{};
  char const* words = fi_cq_strerror(cq_.get(), c.provider_error, nullptr, buffer.data(), buffer.size());
  return words ? words : "";
}

}  // namespace weft::fabric
