// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/ext/bed.hpp>
#include <weft/ext/operation.hpp>
#include <weft/ext/receiving_iterator.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace core {
class socket;
}

namespace ext {

/// A bounded queue of values, the callers who wait at either end, and who watches them.
template <class T>
class channel_state {
 public:
  explicit channel_state(std::size_t capacity) : capacity_(capacity) { slots_.resize(capacity); }

  /// `wait`: null for who never waits; `self`: where a select that tries waits itself. Takes the value on success only.
  std::error_code send(T& value, op_options const* wait, observation const* self = nullptr) {
    waiter mine;
    news after;
    std::error_code why;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return errc::closed;
      if (waiter* const r = receivers_.first()) {
        *r->taken = std::move(value);
        after.woken = finish(*r, {});
      } else if (size_ < capacity_) {
        push(std::move(value));
        after.tell(message_watchers_);
      } else if (observation* const o = meet(message_watchers_, self, after)) {
        *static_cast<result<T>*>(o->offer) = std::move(value);
        o->who->meets()->settle();
      } else if (!wait) {
        why = errc::would_block;
      } else {
        mine.value = &value;
        senders_.push_back(mine);
        after.tell(message_watchers_);
      }
    }
    after.spread();
    return mine.value ? sleep(mine, *wait) : why;
  }

  result<T> receive(op_options const* wait, observation const* self = nullptr) {
    waiter mine;
    news after;
    std::optional<T> got;
    {
      std::lock_guard lock(mutex_);
      if (size_ > 0 || senders_.first()) {
        got = take(after.woken);
        after.tell(room_watchers_);
      } else if (closed_) {
        return errc::closed;
      } else if (observation* const o = meet(room_watchers_, self, after)) {
        got = std::move(*static_cast<T*>(o->offer));
        o->who->meets()->settle();
      } else if (wait) {
        mine.taken = &got;
        receivers_.push_back(mine);
        after.tell(room_watchers_);
      }
    }
    after.spread();
    if (mine.taken)
      if (auto const why = sleep(mine, *wait)) return why;
    if (!got) return errc::would_block;
    return *std::move(got);
  }

  void close() noexcept {
    news after;
    {
      std::lock_guard lock(mutex_);
      if (closed_.exchange(true)) return;
      for (auto* waiting : {&receivers_, &senders_})
        while (waiter* const w = waiting->first()) bed::rouse(finish(*w, errc::closed));
      after.tell(message_watchers_);
      after.tell(room_watchers_);
    }
    after.spread();
  }

  bool closed() const noexcept {
    if (!closed_.load(std::memory_order_relaxed)) return false;
    std::lock_guard lock(mutex_);
    return size_ == 0;
  }
  std::size_t size() const noexcept {
    std::lock_guard lock(mutex_);
    return size_;
  }
  std::size_t capacity() const noexcept { return capacity_; }

  void watch_messages(observation& w, result<T>& into) {
    if (capacity_ == 0) w.offer = &into;
    watch(message_watchers_, w, room_watchers_);
  }
  void watch_room(observation& w, T& value) {
    if (capacity_ == 0) w.offer = &value;
    watch(room_watchers_, w, message_watchers_);
  }
  void unwatch(observation& w) noexcept {
    std::lock_guard lock(mutex_);
    w.hook.unlink();
  }

 private:
  struct waiter {
    list_hook hook;  // under the lock, as all but the bed
    T* value = nullptr;
    std::optional<T>* taken = nullptr;
    std::error_code why;
    bed here;
  };
  using line = intrusive_list<waiter, &waiter::hook>;

  /// What others are to hear once the lock is let go.
  struct news {
    void tell(observers& who) {
      for (auto* w = who.first(); w; w = who.next(*w)) signals.push_back(w->who);
    }
    void spread() const noexcept {
      bed::rouse(woken);
      for (auto& s : signals) s->raise();
    }
    bed::sleeper woken = nullptr;
    std::vector<std::shared_ptr<signal>> signals;
  };

  std::size_t after(std::size_t slot) const noexcept { return slot + 1 == capacity_ ? 0 : slot + 1; }
  void push(T&& value) {
    slots_[tail_] = std::move(value);
    tail_ = after(tail_);
    ++size_;
  }
  T take(bed::sleeper& woken) {
    if (size_ == 0) {  // of a channel without a buffer
      waiter& s = senders_.front();
      T value = std::move(*s.value);
      woken = finish(s, {});
      return value;
    }
    T value = *std::move(slots_[head_]);
    slots_[head_].reset();
    head_ = after(head_);
    --size_;
    if (waiter* const s = senders_.first()) {
      push(std::move(*s->value));
      woken = finish(*s, {});
    }
    return value;
  }
  void watch(observers& here, observation& w, observers& others) {
    news after;
    {
      std::lock_guard lock(mutex_);
      here.push_back(w);
      if (w.offer) after.tell(others);  // one of them may want it
    }
    after.spread();
  }
  /// A select of those that wait here, committed to what it offers: see meeting.
  observation* meet(observers& here, observation const* self, news& after) {
    if (capacity_ > 0) return nullptr;
    meeting* const own = self && self->who ? self->who->meets() : nullptr;
    for (auto* w = here.first(); w; w = here.next(*w)) {
      meeting* const m = w->who->meets();
      if (!w->offer || !m || m == own) continue;
      auto const answer = m->claim(*w);
      if (answer == meeting::answer::yes) {
        after.signals.push_back(w->who);
        return w;
      }
      // Who is not there tries when it comes back.
      if (own) after.signals.push_back(answer == meeting::answer::busy && std::less<>()(m, own) ? self->who : w->who);
    }
    return nullptr;
  }
  /// Its owner finds it finished as soon as it has the lock.
  static bed::sleeper finish(waiter& w, std::error_code why) noexcept {
    w.hook.unlink();
    w.why = why;
    return w.here.mark();
  }

  std::error_code sleep(waiter& self, op_options const& o) {
    std::stop_callback const on_stop(o.stop, [&] { self.here.wake(); });
    for (;;) {
      bool const woken = self.here.rest(o.until.when());
      std::lock_guard lock(mutex_);
      if (!self.hook.linked()) return self.why;
      if (woken && !o.stop.stop_requested()) continue;
      self.hook.unlink();
      return o.stop.stop_requested() ? errc::canceled : errc::timed_out;
    }
  }

  mutable std::mutex mutex_;
  std::size_t const capacity_;
  std::vector<std::optional<T>> slots_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::size_t size_ = 0;
  std::atomic<bool> closed_{false};  // set under the lock
  line receivers_;                   // oldest first; empty while there is anything
  line senders_;                     // oldest first; empty while there is room
  observers message_watchers_;
  observers room_watchers_;
};

}  // namespace ext

/// A bounded queue of values between threads, and between loops and coroutines: any number of senders and receivers.
///
/// With a capacity of 0 a sender waits until its value is taken. close() ends the sending; what is there can still be
/// received, then receivers find it `closed`. A handle: copies are the same channel.
/// Thread safety: all members.
template <class T>
class channel {
  static_assert(std::is_nothrow_move_constructible_v<T>, "a value must not get lost on its way");

 public:
  using value_type = T;

  explicit channel(std::size_t capacity = 16) : state_(std::make_shared<ext::channel_state<T>>(capacity)) {}

  /// Takes the value only on success. Errors: `would_block`, `closed`.
  std::error_code try_send(T& value) { return state_->send(value, nullptr); }
  /// Errors: `closed`, `canceled`, `timed_out`.
  void send(T value, op_options const& o = {}) {
    std::error_code why;
    send(value, o, why);
    if (why) raise(why);
  }
  /// On any error the value is still the caller's.
  void send(T& value, op_options const& o, std::error_code& why) {
    why = o.stop.stop_requested() ? make_error_code(errc::canceled) : state_->send(value, &o);
  }

  result<T> try_receive() { return state_->receive(nullptr); }
  T receive(op_options const& o = {}) { return receive_result(o).value(); }
  /// The same, and the reason there is none: `closed`, `canceled`, `timed_out`.
  result<T> receive_result(op_options const& o = {}) {
    if (o.stop.stop_requested()) return errc::canceled;
    return state_->receive(&o);
  }

  void close() noexcept { state_->close(); }
  bool closed() const noexcept { return state_->closed(); }  ///< and nothing is left to receive
  std::size_t size() const noexcept { return state_->size(); }
  std::size_t capacity() const noexcept { return state_->capacity(); }

  friend bool operator==(channel const& a, channel const& b) noexcept { return a.state_ == b.state_; }

  // For select and the loops: see ext::observation.
  std::error_code send_now(T& value, ext::observation const& self) { return state_->send(value, nullptr, &self); }
  result<T> receive_now(ext::observation const& self) { return state_->receive(nullptr, &self); }
  void watch_messages(ext::observation& w, result<T>& into) { state_->watch_messages(w, into); }
  void watch_room(ext::observation& w, T& value) { state_->watch_room(w, value); }
  void unwatch(ext::observation& w) noexcept { state_->unwatch(w); }
  std::shared_ptr<core::socket> home() const noexcept { return {}; }

  /// `for (T& value : channel)`: until it is closed and empty.
  using iterator = ext::receiving_iterator<channel>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::shared_ptr<ext::channel_state<T>> state_;
};

}  // namespace weft
