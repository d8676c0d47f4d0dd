// SPDX-License-Identifier: MIT
#include "lossy/connection.hpp"

#include <algorithm>
#include <utility>

namespace weft::transports {

lossy_connection::lossy_connection(ext::reactor& loop, std::unique_ptr<ext::connection> inner, lossy_options const& o,
                                   dice d)
    : loop_(loop), inner_(std::move(inner)), options_(o), alarm_(loop.make_alarm()), dice_(d) {
  if (dice_.happens(options_.reset)) life_left_ = dice_.up_to(options_.lifetime);
}

lossy_connection::~lossy_connection() {
  loop_.post([last = std::move(alarm_)] {});
}

void lossy_connection::start(std::shared_ptr<ext::doorbell> bell) noexcept {
  bell_ = bell;
  inner_->start(std::move(bell));
}

bool lossy_connection::progress(ext::connection_events& events) noexcept {
  events_ = &events;
  deliver_due(loop_.now());
  hand_out();
  inner_->progress(*this);
  events_ = nullptr;
  // Each time anew: two threads in flush() may set the alarm in either order, and the wrong one leads here again.
  if (!held_.empty()) alarm_due_.store(held_.front().due.time_since_epoch().count(), std::memory_order_relaxed);
  return true;
}

bool lossy_connection::send(message&& m) noexcept {
  --outstanding_;
  if (cut_) {
    ++swallowed_;
    return true;
  }
  inner_->send(std::move(m));
  if (pool_ > 0) ring_.store(true, std::memory_order_relaxed);
  grow_old();
  return true;
}

void lossy_connection::on_message(message&& m) noexcept {
  options_.counters->arrived.fetch_add(1, std::memory_order_relaxed);
  // Both are drawn for each message, so that no fault shifts the fate of what comes after it.
  bool const drop = dice_.happens(options_.drop);
  bool const delay = dice_.happens(options_.delay);
  if (drop) {
    options_.counters->dropped.fetch_add(1, std::memory_order_relaxed);
    inner_->grant(1);
  } else if (delay || !held_.empty()) {
    if (delay) options_.counters->delayed.fetch_add(1, std::memory_order_relaxed);
    held_.push_back({std::move(m), loop_.now() + (delay ? options_.pause : clock::duration::zero())});
  } else {
    events_->on_message(std::move(m));
  }
  grow_old();
}

void lossy_connection::deliver_due(clock::time_point now) noexcept {
  while (!held_.empty() && held_.front().due <= now) {
    message m = std::move(held_.front().m);
    held_.pop_front();
    events_->on_message(std::move(m));
  }
}

void lossy_connection::on_writable(unsigned sends) noexcept {
  pool_ += sends;
  hand_out();
  if (pool_ > 0) options_.counters->withheld.fetch_add(1, std::memory_order_relaxed);
}

/// What send() makes room for waits for the next look: the socket sees its credit run out.
void lossy_connection::hand_out() noexcept {
  auto const fresh = std::min(pool_, options_.most_credit - outstanding_);
  if (fresh == 0 || cut_) return;
  pool_ -= fresh;
  outstanding_ += fresh;
  events_->on_writable(fresh);
}

void lossy_connection::grow_old() noexcept {
  if (life_left_ == 0 || --life_left_ > 0) return;
  cut_ = true;
  options_.counters->reset.fetch_add(1, std::memory_order_relaxed);
  inner_->close(errc::connection_reset);
}

void lossy_connection::on_closed(std::error_code why) noexcept {
  deliver_due(clock::time_point::max());
  events_->on_closed(why);
}

void lossy_connection::flush() noexcept {
  inner_->flush();
  if (ring_.load(std::memory_order_relaxed) && ring_.exchange(false)) bell_->ring();
  auto const due = alarm_due_.exchange(never, std::memory_order_relaxed);
  if (due != never) ring_at(clock::time_point(clock::duration(due)));
}

void lossy_connection::ring_at(clock::time_point when) noexcept {
  loop_.post([alarm = alarm_, bell = std::weak_ptr(bell_), when] {
    alarm->at(when, [bell] {
      if (auto const b = bell.lock()) b->ring();
    });
  });
}

}  // namespace weft::transports
