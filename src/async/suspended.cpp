// SPDX-License-Identifier: MIT
#include <weft/task.hpp>

#include "core/socket.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

namespace weft::ext {

/// What ends a wait, and is let go of at once when it ends.
struct suspended::waiting {
  waiting(std::span<select_case* const> c, op_options const& o) : cases(c.begin(), c.end()), options(o) {}

  struct raise {
    void operator()() const noexcept {
      if (auto const it = who.lock()) it->raise();
    }
    std::weak_ptr<suspended> who;
  };

  std::vector<select_case*> cases;
  op_options options;
  core::timers::handle timer{};
  std::vector<std::unique_ptr<watch>> descriptors{};  // on the loop
  bool begun = false;
  std::optional<std::stop_callback<raise>> on_stop{};
};

suspended::suspended(std::coroutine_handle<> who, std::span<select_case* const> cases, op_options const& o)
    : waiting_(std::make_unique<waiting>(cases, o)), who_(who) {
  for (auto* c : cases)
    if (auto* const s = c->home()) home_ = s->shared_from_this();
  if (!home_) weft::raise({errc::invalid_option, "async_select: no case has an engine to go on with"});
}

suspended::~suspended() = default;

void suspended::begin() {
  auto due = waiting_->options.until.when();
  for (auto* c : waiting_->cases) due = std::min(due, c->due());
  for (auto* c : waiting_->cases) c->watch(shared_from_this());
  waiting::raise const wake{weak_from_this()};
  waiting_->on_stop.emplace(waiting_->options.stop, wake);
  if (due != clock::time_point::max()) home_->home().loop().arm(waiting_->timer, due, wake);
  home_->home().loop().post([self = shared_from_this()] { self->run(); });
}

void suspended::abandon() noexcept {
  who_ = {};
  if (!waiting_) return;
  if (auto& mine = waiting_->descriptors; !mine.empty())
    home_->home().loop().post([kept = std::make_shared<decltype(waiting::descriptors)>(std::move(mine))] {});
  let_go();
}

/// Level-triggered: what is still ready when the cases have been tried comes again.
void suspended::watch_descriptors() {
  waiting_->begun = true;
  for (auto* c : waiting_->cases) {
    auto const [fd, events] = c->descriptor();
    if (fd < 0) continue;
    auto w = home_->home().loop().make_watch(fd, [wake = waiting::raise{weak_from_this()}](std::uint32_t) { wake(); });
    w->events(events & POLLIN, events & POLLOUT);
    waiting_->descriptors.push_back(std::move(w));
  }
}

/// One trial for all that happens until it begins, and another for what happens meanwhile.
void suspended::raise() noexcept {
  auto was = state_.load();
  do {
    if (was == scheduled || was == again) return;
  } while (!state_.compare_exchange_weak(was, was == idle ? scheduled : again));
  if (was == idle) home_->home().loop().post([self = shared_from_this()] { self->run(); });
}

void suspended::run() noexcept {
  state_ = trying;
  if (!waiting_) return;  // over, or abandoned
  if (try_once()) {
    let_go();
    return who_.resume();
  }
  auto was = trying;
  if (state_.compare_exchange_strong(was, idle)) return;
  state_ = scheduled;
  home_->home().loop().post([self = shared_from_this()] { self->run(); });
}

/// The stop first. \return whether the wait is over
bool suspended::try_once() noexcept {
  auto const& o = waiting_->options;
  auto const& all = waiting_->cases;
  taken_ = all.size();
  if (!meeting_.begin()) {  // others were first, and that cannot be taken back
    taken_ = met_at(all, meeting_.met());
    return true;
  }
  if (o.stop.stop_requested()) return why_ = errc::canceled, true;
  if (!waiting_->begun) try {
      watch_descriptors();
    } catch (std::system_error const& e) {
      return why_ = e.code(), true;
    }
  taken_ = attempt_any(all);
  if (taken_ != all.size()) return true;
  if (auto const last = std::ranges::find_if(all, &select_case::last_resort); last != all.end()) {
    taken_ = static_cast<std::size_t>(last - all.begin());
    return true;
  }
  if (clock::now() >= o.until.when()) return why_ = errc::timed_out, true;
  meeting_.rest();
  return false;
}

void suspended::let_go() noexcept {
  for (auto* c : waiting_->cases) c->unwatch();
  home_->home().loop().disarm(waiting_->timer);
  waiting_.reset();
}

}  // namespace weft::ext
