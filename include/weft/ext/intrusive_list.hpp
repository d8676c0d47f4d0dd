// SPDX-License-Identifier: MIT
#pragma once

namespace weft::ext {

/// Embed one for each list its owner may be on. Leaves the list when destroyed.
class list_hook {
 public:
  list_hook() noexcept = default;
  list_hook(list_hook const&) = delete;
  list_hook& operator=(list_hook const&) = delete;
  ~list_hook() { unlink(); }

  bool linked() const noexcept { return next_ != nullptr; }
  void unlink() noexcept {
    if (!next_) return;
    next_->prev_ = prev_;
    prev_->next_ = next_;
    next_ = prev_ = nullptr;
  }

 private:
  template <class T, list_hook T::*Hook>
  friend class intrusive_list;

  list_hook* next_ = nullptr;
  list_hook* prev_ = nullptr;
  void* owner_ = nullptr;
};

/// A list of objects that carry their own links: no allocation, O(1) everywhere.
/// Thread safety: none; guarded by whoever owns it.
template <class T, list_hook T::*Hook>
class intrusive_list {
 public:
  intrusive_list() noexcept { ends_.next_ = ends_.prev_ = &ends_; }
  intrusive_list(intrusive_list const&) = delete;
  intrusive_list& operator=(intrusive_list const&) = delete;
  ~intrusive_list() {
    while (!empty()) pop_front();
    ends_.next_ = ends_.prev_ = nullptr;
  }

  bool empty() const noexcept { return ends_.next_ == &ends_; }
  T& front() noexcept { return owner(ends_.next_); }

  void push_back(T& item) noexcept { insert(item, ends_); }
  void push_front(T& item) noexcept { insert(item, *ends_.next_); }
  void insert_before(T& item, T& there) noexcept { insert(item, there.*Hook); }
  T& pop_front() noexcept {
    T& item = front();
    (item.*Hook).unlink();
    return item;
  }
  void remove(T& item) noexcept { (item.*Hook).unlink(); }

  /// The one behind `item`, or null at the end.
  T* next(T& item) noexcept {
    list_hook* n = (item.*Hook).next_;
    return n == &ends_ ? nullptr : &owner(n);
  }
  T* first() noexcept { return empty() ? nullptr : &front(); }

 private:
  static void insert(T& item, list_hook& before) noexcept {
    list_hook& hook = item.*Hook;
    hook.owner_ = &item;
    hook.next_ = &before;
    hook.prev_ = before.prev_;
    before.prev_->next_ = &hook;
    before.prev_ = &hook;
  }
  static T& owner(list_hook* hook) noexcept { return *static_cast<T*>(hook->owner_); }

  list_hook ends_;
};

}  // namespace weft::ext
