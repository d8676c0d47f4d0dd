// SPDX-License-Identifier: MIT
#include <weft/select.hpp>

#include "async/pause.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace weft {

namespace {

using phase = ext::select_case::phase;

struct entry;

/// The entries that may be ready, which a selector tries one after the other.
struct ready_line {
  std::mutex mutex;
  std::deque<std::weak_ptr<entry>> line;
  std::shared_ptr<async::pause> here = std::make_shared<async::pause>();
};

/// A case that stays. Stands in the line once at most.
struct entry final : ext::signal, std::enable_shared_from_this<entry> {
  entry(std::size_t n, std::unique_ptr<ext::select_case> c, std::shared_ptr<ready_line> r) noexcept
      : number(n), what(std::move(c)), ready(std::move(r)) {}

  void raise() noexcept override {
    stand_in_line();
    ready->here->raise();
  }
  void stand_in_line() {
    if (listed.exchange(true)) return;
    std::lock_guard lock(ready->mutex);
    ready->line.push_back(weak_from_this());
  }
  bool attempt() {
    return what->attempt(phase::stopped) || what->attempt(phase::closed) || what->attempt(phase::ready);
  }

  std::size_t const number;
  std::unique_ptr<ext::select_case> what;
  std::shared_ptr<ready_line> const ready;
  std::atomic<bool> listed{false};
};

}  // namespace

class selector::hub {
 public:
  ~hub() {
    for (auto& [n, e] : entries_) e->what->unwatch();
  }

  std::size_t add(std::unique_ptr<ext::select_case> c) {
    auto const e = std::make_shared<entry>(++last_, std::move(c), ready_);
    entries_.emplace(e->number, e);
    ready_->here->attend(*e->what);
    e->what->watch(e);
    e->stand_in_line();
    if (is_looked_at(*e)) looked_at_.push_back(e);
    return e->number;
  }
  bool remove(std::size_t number) noexcept {
    auto const it = entries_.find(number);
    if (it == entries_.end()) return false;
    it->second->what->unwatch();
    ready_->here->forget(*it->second->what);
    std::erase(looked_at_, it->second);
    entries_.erase(it);
    return true;
  }
  std::size_t size() const noexcept { return entries_.size(); }

  select_result wait(op_options const& o) {
    std::stop_callback const on_stop(o.stop, [here = ready_->here] { here->raise(); });
    for (;;) {
      ready_->here->expect();
      if (o.stop.stop_requested()) return {0, errc::canceled};
      if (auto const done = poll(); done.error != errc::would_block) return done;
      if (clock::now() >= o.until.when()) return {0, errc::timed_out};
      ready_->here->wait(std::min(o.until.when(), next_due()));
    }
  }

  select_result poll() {
    if (entries_.empty()) return {0, errc::closed};
    for (auto& e : looked_at_) e->stand_in_line();
    // Each that is in line now once: what comes meanwhile has its turn next time.
    for (auto n = in_line(); n > 0; --n)
      if (auto const e = next(); e && e->attempt()) return commit(e);
    return {0, errc::would_block};
  }

 private:
  static bool is_looked_at(entry const& e) noexcept {
    return e.what->descriptor().first >= 0 || e.what->due() != clock::time_point::max();
  }
  std::size_t in_line() const {
    std::lock_guard lock(ready_->mutex);
    return ready_->line.size();
  }
  std::shared_ptr<entry> next() {
    std::lock_guard lock(ready_->mutex);
    if (ready_->line.empty()) return {};
    auto const e = ready_->line.front().lock();
    ready_->line.pop_front();
    // Before it is tried: what comes from now on puts it there again.
    if (e) e->listed = false;
    return e;
  }
  select_result commit(std::shared_ptr<entry> const& e) {
    auto const why = e->what->error();
    if (e->what->once() || why == errc::closed)
      remove(e->number);
    else
      e->stand_in_line();  // at the end: there may be more
    e->what->run();
    return {e->number, why};
  }
  clock::time_point next_due() const noexcept {
    auto due = clock::time_point::max();
    for (auto& e : looked_at_) due = std::min(due, e->what->due());
    return due;
  }

  std::size_t last_ = 0;
  std::unordered_map<std::size_t, std::shared_ptr<entry>> entries_;
  std::vector<std::shared_ptr<entry>> looked_at_;  // timers and descriptors: nobody raises them
  std::shared_ptr<ready_line> const ready_ = std::make_shared<ready_line>();
};

selector::selector() : hub_(std::make_shared<hub>()) {}
selector::selector(selector&&) noexcept = default;
selector& selector::operator=(selector&&) noexcept = default;
selector::~selector() = default;

std::size_t selector::add(std::unique_ptr<ext::select_case> c) { return hub_->add(std::move(c)); }
bool selector::remove(std::size_t number) noexcept { return hub_->remove(number); }
std::size_t selector::size() const noexcept { return hub_->size(); }
select_result selector::wait(op_options const& o) { return hub_->wait(o); }
select_result selector::poll() { return hub_->poll(); }

}  // namespace weft
