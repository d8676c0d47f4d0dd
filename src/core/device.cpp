// SPDX-License-Identifier: MIT
#include "core/device.hpp"

#include <weft/device.hpp>

#include "core/engine.hpp"

#include <utility>

namespace weft::core {

namespace {

// Messages carried before others on the loop have their turn.
constexpr unsigned most_at_once = 64;

bool must_wait(std::error_code why) noexcept { return why == std::errc::operation_would_block; }

}  // namespace

device_flow::device_flow(device& owner, detached_socket& from, detached_socket& to) noexcept
    : owner_(owner), from_(from), to_(to) {
  give_.through = to_.context.get();
  give_.outgoing = &in_hand_;
}

/// Something that was waited for has come. On any thread.
void device_flow::resume() noexcept { owner_.on_loop(*this); }

void device_flow::move() noexcept {
  if (state_ == state::over || !finish_waiting()) return;
  for (unsigned n = 0; n < most_at_once; ++n) {
    if (!holding_ && !fetch()) return;
    if (!pass_on()) return;
  }
  resume();
}

/// \return whether to go on
bool device_flow::finish_waiting() noexcept {
  switch (std::exchange(state_, state::idle)) {
    case state::taking:
      if (take_.why) return end(take_.why), false;
      in_hand_ = std::move(take_.incoming);
      holding_ = true;
      return true;
    case state::giving:
      return sent(give_.why);
    default:
      return true;
  }
}

bool device_flow::fetch() noexcept {
  auto got = from_.socket->try_receive(*from_.context);
  if (got) {
    in_hand_ = *std::move(got);
    return holding_ = true;
  }
  if (!must_wait(got.error())) return end(got.error()), false;
  state_ = state::taking;
  take_.served = false;
  from_.socket->start(*from_.context, take_);
  return false;
}

bool device_flow::pass_on() noexcept {
  auto const why = to_.socket->try_send(*to_.context, in_hand_);
  if (!must_wait(why)) return sent(why);
  state_ = state::giving;
  to_.socket->start(give_);
  return false;
}

/// A message that its way out refuses is dropped there; the device goes on. \return whether it does
bool device_flow::sent(std::error_code why) noexcept {
  if (why == errc::closed || why == errc::forked) return end(why), false;
  holding_ = false;
  if (why)
    to_.socket->discard(why == errc::message_too_large ? drop_reason::too_large : drop_reason::malformed,
                        std::move(in_hand_));
  else
    owner_.carried_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void device_flow::end(std::error_code why) noexcept {
  state_ = state::over;
  if (std::exchange(holding_, false)) to_.socket->discard(drop_reason::peer_gone, std::move(in_hand_));
  owner_.flow_ended(why);
}

device::device(detached_socket a, bool forth, detached_socket b, bool back) : a_(std::move(a)), b_(std::move(b)) {
  auto& other = b_.socket ? b_ : a_;
  if (forth) forth_ = std::make_unique<device_flow>(*this, a_, other);
  if (back) back_ = std::make_unique<device_flow>(*this, b_, a_);
}

void device::start() {
  for (auto* end : {&a_, &b_})
    if (end->socket) end->socket->watch_for([] {});
  for (auto* flow : {forth_.get(), back_.get()}) {
    if (!flow) continue;
    {
      std::lock_guard lock(mutex_);
      ++moving_;
    }
    on_loop(*flow);
  }
}

void device::on_loop(device_flow& flow) {
  a_.socket->home().loop().post([self = shared_from_this(), &flow] { flow.move(); });
}

/// A way that ended takes the other one along: half a device only swallows.
void device::flow_ended(std::error_code why) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (!why_) why_ = why;
    if (--moving_ == 0) return ended_.notify_all();
  }
  close_both();
}

void device::close_both() {
  a_.socket->close({});
  if (b_.socket) b_.socket->close({});
}

void device::stop() {
  close_both();
  // On the loop itself nothing of this can run any more, and what was posted keeps the device until it has run.
  if (!a_.socket->home().loop().on_loop()) wait({});
}

std::error_code device::wait(op_options const& o) {
  auto& engine = a_.socket->home();
  std::unique_lock lock(mutex_);
  while (moving_ > 0) {
    if (!engine.loop().has_helper()) {  // nobody else moves it
      lock.unlock();
      engine.loop().serve_once();
      lock.lock();
    }
    if (o.stop.stop_requested()) return errc::canceled;
    if (!o.until.never() && clock::now() >= o.until.when()) return errc::timed_out;
    if (moving_ == 0) break;
    auto const until = engine.loop().has_helper() ? o.until.when() : clock::now() + std::chrono::milliseconds(1);
    auto const done = [this] { return moving_ == 0; };
    if (until == clock::time_point::max())
      ended_.wait(lock, o.stop, done);
    else
      ended_.wait_until(lock, o.stop, until, done);
  }
  return why_;
}

}  // namespace weft::core

namespace weft {

device::device(detached_socket a, bool forth, detached_socket b, bool back)
    : core_(std::make_shared<core::device>(std::move(a), forth, std::move(b), back)) {
  core_->start();
}
device::device(detached_socket a) : device(std::move(a), true, {}, false) {}
device::~device() {
  if (core_) core_->stop();
}
void device::stop() { core_->stop(); }
std::error_code device::wait(op_options const& o) { return core_->wait(o); }
std::uint64_t device::carried() const noexcept { return core_->carried(); }

}  // namespace weft
