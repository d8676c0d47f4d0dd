// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/fabric/domain.hpp>
#include <weft/fabric/event_queue.hpp>

#include "fabric/error.hpp"
#include "fabric/provider.hpp"
#include "fabric/sleeper.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_eq.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::fabric {

namespace {

// A provider's connection data ends far below it; what it says about a refusal, too.
constexpr std::size_t longest_data = 1024;

event::kind kind_of(std::uint32_t number) noexcept {
  switch (number) {
    case FI_CONNREQ:
      return event::kind::connection_request;
    case FI_CONNECTED:
      return event::kind::connected;
    case FI_SHUTDOWN:
      return event::kind::shut_down;
    default:
      return event::kind::other;
  }
}

}  // namespace

event_queue::event_queue(std::shared_ptr<network const> in)
    : network_(std::move(in)), sleeper_(std::make_unique<sleeper>()) {}

event_queue::~event_queue() = default;

setup<std::shared_ptr<event_queue>> event_queue::open(std::shared_ptr<network const> in) {
  std::shared_ptr<event_queue> q(new event_queue(std::move(in)));
  if (long const rc = q->sleeper_->open(); rc < 0) return failed("eventfd", rc);
  fi_eq_attr attr{};
  attr.wait_obj = FI_WAIT_FD;  // every provider has one for this queue
  auto eq = fabric::open<fid_eq>(
      "fi_eq_open", [&](auto** out) { return fi_eq_open(q->network_->native_handle(), &attr, out, nullptr); });
  if (!eq) return eq.error();
  q->eq_ = *std::move(eq);
  // Where a completion queue's own descriptor stays readable, so does this one's.
  auto const* facts = facts_of(q->network_->provider());
  if (facts && facts->waits_on == wait_kind::wait_set) return q;
  if (long const rc = fi_control(&q->eq_->fid, FI_GETWAIT, &q->fd_); rc < 0) return failed("FI_GETWAIT", rc);
  return q;
}

std::optional<event> event_queue::take_raw() {
  alignas(fi_eq_cm_entry) std::array<std::byte, sizeof(fi_eq_cm_entry) + longest_data> buffer{};
  std::uint32_t number = 0;
  std::unique_lock lock(network_->domains_);
  auto const got = fi_eq_read(eq_.get(), &number, buffer.data(), buffer.size(), 0);
  lock.unlock();
  if (got == -FI_EAGAIN) return {};
  backoff_ = {};
  if (got == -FI_EAVAIL) return take_error();
  event e;
  if (got < 0) {
    e.what = event::kind::failed;
    e.error = error(got);
    return e;
  }
  fi_eq_cm_entry head{};
  std::memcpy(&head, buffer.data(), std::min<std::size_t>(static_cast<std::size_t>(got), sizeof head));
  e.what = kind_of(number);
  e.about = head.fid;
  if (number == FI_CONNREQ && head.info) e.request.emplace(head.info);
  if (static_cast<std::size_t>(got) > sizeof head) e.data.assign(buffer.begin() + sizeof head, buffer.begin() + got);
  return e;
}

std::optional<event> event_queue::take_error() {
  std::array<std::byte, longest_data> reason{};
  fi_eq_err_entry entry{};
  entry.err_data = reason.data();
  entry.err_data_size = reason.size();
  auto const got = fi_eq_readerr(eq_.get(), &entry, 0);
  if (got == -FI_EAGAIN) return {};
  event e;
  e.what = event::kind::failed;
  e.about = entry.fid;
  e.error = got < 0 ? error(got) : error(-std::max(entry.err, 1));
  e.provider_error = entry.prov_errno;
  auto const* data = static_cast<std::byte const*>(entry.err_data);
  if (data) e.data.assign(data, data + entry.err_data_size);
  return e;
}

std::optional<event> event_queue::take_set_aside(fid const* about) {
  std::lock_guard lock(mutex_);
  auto const it = std::ranges::find_if(set_aside_, [&](event const& e) { return !about || e.about == about; });
  if (it == set_aside_.end()) return {};
  auto e = std::move(*it);
  set_aside_.erase(it);
  return e;
}

std::optional<event> event_queue::take(fid const* about) {
  if (auto e = take_set_aside(about)) return e;
  for (;;) {
    std::unique_lock lock(mutex_);  // sockets of 1.17 frees a queue's own memory when two read at once
    auto e = take_raw();
    if (!e) return {};
    if (!about || e->about == about || !e->about) return e;
    set_aside_.push_back(*std::move(e));
    lock.unlock();
    wake();  // perhaps it is for whoever sleeps
  }
}

std::optional<event> event_queue::try_read() { return take(nullptr); }

result<event> event_queue::read(op_options const& options, fid const* about) {
  std::stop_callback const on_stop(options.stop, [this] { wake(); });
  for (;;) {
    if (auto e = take(about)) return *std::move(e);
    if (options.stop.stop_requested()) return errc::canceled;
    auto const now = clock::now();
    if (now >= options.until.when()) return errc::timed_out;
    sleep(std::min(options.until.when(), now + longest_sleep));
  }
}

std::optional<int> event_queue::fd() const noexcept {
  if (fd_ < 0) return {};
  return fd_;
}

/// \pre mutex_ is locked
clock::duration event_queue::nap() noexcept {
  if (fd_ < 0) return backoff_ = next_backoff(backoff_);
  fid* queue = &eq_->fid;
  return fi_trywait(network_->native_handle(), &queue, 1) == -FI_EAGAIN ? clock::duration() : longest_sleep;
}

clock::duration event_queue::may_sleep_for() noexcept {
  std::lock_guard lock(mutex_);
  return set_aside_.empty() ? nap() : clock::duration();
}

/// One thread sleeps on the descriptor; the others behind it.
void event_queue::sleep(clock::time_point until) noexcept {
  std::unique_lock lock(sleeping_, std::try_to_lock);
  if (!lock && !sleeping_.try_lock_until(until)) return;
  if (!lock) lock = std::unique_lock(sleeping_, std::adopt_lock);
  std::unique_lock ours(mutex_);
  auto const at_most = std::min(nap(), until - clock::now());
  ours.unlock();
  if (at_most > at_most.zero()) sleeper_->unless_woken([&] { sleeper_->poll(fd_, at_most); });
}

void event_queue::wake() noexcept { sleeper_->wake(); }

std::string event_queue::text(event const& e) const {
  std::array<char, 256> buffer{};
  char const* words = fi_eq_strerror(eq_.get(), e.provider_error, nullptr, buffer.data(), buffer.size());
  return words ? words : "";
}

}  // namespace weft::fabric
