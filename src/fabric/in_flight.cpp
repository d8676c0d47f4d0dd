// SPDX-License-Identifier: MIT
#include "fabric/in_flight.hpp"

#include <weft/error.hpp>
#include <weft/fabric/domain.hpp>

#include <algorithm>
#include <utility>

namespace weft::fabric {

namespace {

// More idle ones than that were a burst, and larger ones a single large message.
constexpr std::size_t most_idle = 64;
constexpr std::size_t most_kept = 64 * 1024;

}  // namespace

transfer::~transfer() {
  for (auto& clean : cleanups) clean();
}

std::span<std::byte> transfer::memory() noexcept {
  return borrowed.region ? borrowed.region.bytes().subspan(borrowed.offset, borrowed.bytes) : std::span(own);
}

const_buffer transfer::sent(std::size_t bytes) const noexcept {
  auto const b = const_cast<transfer*>(this)->taken(bytes);
  return {b.bytes, b.registered};
}

mutable_buffer transfer::taken(std::size_t bytes) noexcept {
  return {memory().first(bytes), borrowed.region ? borrowed.region.local() : own_region.local()};
}

void transfer::on_end(operation& op, completion const& c) noexcept { static_cast<transfer&>(op).end(c); }

void transfer::end(completion const& c) noexcept {
  if (home_) home_->remove(*this);
  auto const keep = std::move(self_);
  last = c;
  bool const tell = told && !released.load(std::memory_order_acquire);
  auto const how = c;  // another operation may begin, and end, with what is told
  done.store(true, std::memory_order_release);
  if (tell) told(how);
}

in_flight::~in_flight() {
  while (first_) {
    auto& t = *first_;
    completion closed;
    closed.error = errc::closed;
    t.end(closed);
  }
}

std::shared_ptr<transfer> in_flight::take(std::size_t bytes) {
  std::shared_ptr<transfer> t;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      t = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!t) t = std::make_shared<transfer>();
  return give_memory(*t, bytes) ? t : nullptr;
}

bool in_flight::give_memory(transfer& t, std::size_t bytes) {
  t.borrowed = {};
  // A context may come from an endpoint of another domain, whose descriptors mean nothing here.
  auto const* const wanted = domain_->info().registers_locally() ? domain_.get() : nullptr;
  if (t.own.size() >= bytes && (t.registered_in == wanted || t.own.empty())) return true;
  t.own_region = {};
  t.registered_in = nullptr;
  t.own.resize(std::max(t.own.size(), bytes));
  if (!wanted) return true;
  auto region = memory_region::make(
      domain_, t.own, memory_access::send | memory_access::recv | memory_access::read | memory_access::write);
  if (!region) return false;
  t.own_region = *std::move(region);
  t.registered_in = wanted;
  return true;
}

void in_flight::put_back(std::shared_ptr<transfer> t) noexcept {
  if (t->own.size() > most_kept) return;
  t->borrowed = {};
  std::lock_guard lock(mutex_);
  if (idle_.size() < most_idle) idle_.push_back(std::move(t));
}

void in_flight::abandon(std::shared_ptr<transfer> t) {
  std::lock_guard lock(mutex_);
  abandoned_.push_back(std::move(t));
}

std::shared_ptr<transfer> in_flight::adopt(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  auto const it = std::ranges::find_if(abandoned_, [&](auto const& t) { return t->own.size() >= bytes; });
  if (it == abandoned_.end()) return nullptr;
  auto t = std::move(*it);
  abandoned_.erase(it);
  return t;
}

bool in_flight::begin(std::shared_ptr<transfer> const& t) noexcept {
  if (!t->done.exchange(false, std::memory_order_acq_rel)) return false;
  t->self_ = t;
  add(*t);
  return true;
}

void in_flight::undo(transfer& t) noexcept {
  remove(t);
  auto const keep = std::move(t.self_);
  t.done.store(true, std::memory_order_release);
}

void in_flight::add(transfer& t) noexcept {
  std::lock_guard lock(mutex_);
  t.home_ = this;
  t.previous_ = nullptr;
  t.next_ = first_;
  if (first_) first_->previous_ = &t;
  first_ = &t;
}

void in_flight::remove(transfer& t) noexcept {
  std::lock_guard lock(mutex_);
  (t.previous_ ? t.previous_->next_ : first_) = t.next_;
  if (t.next_) t.next_->previous_ = t.previous_;
  t.home_ = nullptr;
}

}  // namespace weft::fabric
