// SPDX-License-Identifier: MIT
#include "fabric/switchboard.hpp"

#include <weft/fabric/domain.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

// A connection over loopback takes 60 us.
constexpr clock::duration first_pause = 50us;
constexpr clock::duration longest_pause = 2ms;

// Who connects without a lifeline is shown the door, and is in no hurry.
constexpr clock::duration pause_for_strangers = 250ms;

}  // namespace

switchboard::switchboard(ext::reactor& r, std::shared_ptr<fabric::domain const> d) noexcept
    : reactor_(r), domain_(std::move(d)) {}

/// The alarm ends where it was made.
switchboard::~switchboard() {
  if (alarm_) reactor_.post([alarm = std::shared_ptr(std::move(alarm_))] {});
}

setup<std::shared_ptr<fabric::event_queue>> switchboard::events() {
  if (!events_) {
    auto made = fabric::event_queue::open(domain_->parent());
    if (!made) return made.error();
    events_ = *std::move(made);
  }
  return events_;
}

setup<fabric::raw_address> switchboard::listen() {
  if (!door_) {
    auto queue = events();
    if (!queue) return queue.error();
    auto made = fabric::passive_endpoint::open(domain_->parent(), domain_->info(), *std::move(queue));
    if (!made) return made.error();
    door_ = *std::move(made);
  }
  return door_->address();
}

void switchboard::add(caller& c) {
  callers_.push_back(&c);
  pause_ = first_pause;
  look_later();
}

void switchboard::remove(caller& c) noexcept { std::erase(callers_, &c); }

void switchboard::reject(fabric::event const& request) noexcept { (void)door_->reject(request, {}); }

void switchboard::look_later() {
  if (!alarm_) alarm_ = reactor_.make_alarm();
  if (callers_.empty()) {
    if (!door_) return alarm_->cancel();
    pause_ = pause_for_strangers;
  }
  alarm_->at(reactor_.now() + pause_, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->look();
  });
}

void switchboard::look() {
  pause_ = std::min(2 * pause_, longest_pause);
  while (auto e = events_ ? events_->try_read() : std::nullopt) {
    dispatch(*std::move(e));
    pause_ = first_pause;
  }
  look_later();
}

void switchboard::dispatch(fabric::event&& e) {
  using kind = fabric::event::kind;
  if (e.what == kind::connection_request) {
    auto const r = link_request::decode(e.data);
    auto const it = std::ranges::find_if(callers_, [&](caller* c) { return r && c->expects(*r); });
    return it == callers_.end() ? reject(e) : (*it)->requested(r->use, std::move(e));
  }
  if (e.what != kind::connected && e.what != kind::failed) return;
  auto const it = std::ranges::find_if(callers_, [&](caller* c) { return c->owns(e); });
  if (it != callers_.end()) (*it)->told(e);
}

}  // namespace weft::ofi
