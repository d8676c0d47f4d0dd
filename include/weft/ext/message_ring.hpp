// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::ext {

/// A queue of messages that grows when full and allocates nothing otherwise.
/// Thread safety: none; guarded by whoever owns it.
class message_ring {
 public:
  bool empty() const noexcept { return head_ == tail_; }
  std::size_t size() const noexcept { return tail_ - head_; }
  message& front() noexcept { return slots_[head_ & mask_]; }

  void push(message&& m) {  ///< \throws std::bad_alloc
    if (size() == capacity_) grow();
    slots_[tail_++ & mask_] = std::move(m);
  }
  message pop() noexcept {  ///< \pre !empty()
    return std::move(slots_[head_++ & mask_]);
  }
  void pop(message& m) noexcept {  ///< in the message's place. \pre !empty()
    m = std::move(slots_[head_++ & mask_]);
  }
  message pop_back() noexcept {  ///< what was pushed last. \pre !empty()
    return std::move(slots_[--tail_ & mask_]);
  }

 private:
  void grow() {
    std::size_t const wider = capacity_ ? capacity_ * 2 : 4;
    auto slots = std::make_unique<message[]>(wider);
    std::size_t n = 0;
    while (!empty()) slots[n++] = pop();
    slots_ = std::move(slots);
    capacity_ = wider;
    mask_ = wider - 1;
    head_ = 0;
    tail_ = n;
  }

  std::unique_ptr<message[]> slots_;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t mask_ = 0;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace weft::ext
