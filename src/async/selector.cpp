// SPDX-License-Identifier: MIT
#include <weft/ext/intrusive_list.hpp>
#include <weft/select.hpp>

#include "async/pause.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace weft {

namespace {

using phase = ext::select_case::phase;

/// A case that stays. Stands in the line once at most.
struct entry final : ext::signal, std::enable_shared_from_this<entry> {
  class line;

  entry(std::size_t n, std::unique_ptr<ext::select_case> c, std::shared_ptr<line> l) noexcept
      : number(n), what(std::move(c)), ready(std::move(l)) {}

  void raise() noexcept override;
  ext::meeting* meets() noexcept override;
  bool attempt() {
    return what->attempt(phase::stopped) || what->attempt(phase::closed) || what->attempt(phase::ready);
  }

  std::size_t const number;
  std::unique_ptr<ext::select_case> what;
  std::shared_ptr<line> const ready;
  std::atomic<bool> listed{false};
  ext::list_hook hook;  // under the line's lock, as is the next
  bool removed = false;
};

/// The entries that may be ready, which a selector tries one after the other. Who raises an entry may come when the
/// selector has removed it, or has gone.
class entry::line {
 public:
  void put(entry& e) noexcept {
    if (e.listed.exchange(true)) return;
    std::lock_guard lock(mutex_);
    if (e.removed) return;
    waiting_.push_back(e);
    ++size_;
  }
  void remove(entry& e) noexcept {
    std::lock_guard lock(mutex_);
    e.removed = true;
    if (e.hook.linked()) --size_;
    e.hook.unlink();
  }
  /// The first, or null. What comes for it from now on puts it there again.
  entry* take() noexcept {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) return nullptr;
    auto& e = waiting_.pop_front();
    --size_;
    e.listed = false;
    return &e;
  }
  std::size_t size() noexcept {
    std::lock_guard lock(mutex_);
    return size_;
  }

  std::shared_ptr<async::pause> const here = std::make_shared<async::pause>();

 private:
  std::mutex mutex_;
  ext::intrusive_list<entry, &entry::hook> waiting_;
  std::size_t size_ = 0;
};

void entry::raise() noexcept {
  ready->put(*this);
  ready->here->raise();
}

ext::meeting* entry::meets() noexcept { return ready->here->meets(); }

}  // namespace

class selector::hub {
 public:
  ~hub() {
    for (auto& [n, e] : entries_) let_go(*e);
  }

  std::size_t add(std::unique_ptr<ext::select_case> c) {
    auto const e = std::make_shared<entry>(++last_, std::move(c), ready_);
    entries_.emplace(e->number, e);
    ready_->here->attend(*e->what);
    e->what->watch(e);
    ready_->put(*e);
    if (is_looked_at(*e)) looked_at_.push_back(e);
    return e->number;
  }
  bool remove(std::size_t number) noexcept {
    auto const it = entries_.find(number);
    if (it == entries_.end()) return false;
    let_go(*it->second);
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
      auto const done = try_once(o.stop.stop_requested());
      if (done.error != errc::would_block) return done;
      if (clock::now() >= o.until.when()) return others().leave(), select_result{0, errc::timed_out};
      others().rest();
      ready_->here->wait(std::min(o.until.when(), next_due()));
    }
  }
  select_result poll() {
    auto const done = try_once(false);
    if (done.error == errc::would_block) others().leave();
    return done;
  }

 private:
  static bool is_looked_at(entry const& e) noexcept {
    return e.what->descriptor().first >= 0 || e.what->due() != clock::time_point::max();
  }
  void let_go(entry& e) noexcept {
    e.what->unwatch();
    ready_->remove(e);
  }
  ext::meeting& others() noexcept { return *ready_->here->meets(); }
  /// What others have done for it comes first: it cannot be taken back. After would_block they cannot do more yet.
  select_result try_once(bool stopped) {
    entry* const e = !others().begin() ? met() : stopped ? nullptr : first_ready();
    if (!e && !stopped && !entries_.empty()) return {0, errc::would_block};
    others().leave();  // a case's `f` may select here again
    if (e) return commit(*e);
    return {0, stopped ? errc::canceled : errc::closed};
  }
  entry* first_ready() {
    for (auto& e : looked_at_) ready_->put(*e);
    // Each that is in line now once: what comes meanwhile has its turn next time.
    for (auto n = ready_->size(); n > 0; --n)
      if (auto* const e = ready_->take(); e && e->attempt()) return e;
    return nullptr;
  }
  entry* met() noexcept {
    auto const it = std::ranges::find(entries_, others().met(), [](auto& e) { return e.second->what->place(); });
    it->second->what->met();
    return it->second.get();
  }
  select_result commit(entry& e) {
    auto const kept = e.shared_from_this();
    auto const why = e.what->error();
    if (e.what->once() || why == errc::closed)
      remove(e.number);
    else
      ready_->put(e);  // at the end: there may be more
    e.what->run();
    return {e.number, why};
  }
  clock::time_point next_due() const noexcept {
    auto due = clock::time_point::max();
    for (auto& e : looked_at_) due = std::min(due, e->what->due());
    return due;
  }

  std::size_t last_ = 0;
  std::unordered_map<std::size_t, std::shared_ptr<entry>> entries_;
  std::vector<std::shared_ptr<entry>> looked_at_;  // timers and descriptors: nobody raises them
  std::shared_ptr<entry::line> const ready_ = std::make_shared<entry::line>();
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
