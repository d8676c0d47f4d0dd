// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace weft::transports {

/// A fixed ring of messages, one producer and one consumer, each of them whoever holds its socket's lock.
/// Each side keeps a copy of the other's index and looks again only when that copy says full (or empty), so a
/// busy ring moves one cache line for the message and few for the indexes (Rigtorp's SPSCQueue).
class spsc_ring {
 public:
  static constexpr std::size_t capacity = 256;

  void push(message&& m) {  ///< \pre fewer than `capacity` are in it
    auto const tail = tail_.load(std::memory_order_relaxed);
    slot(tail) = std::move(m);
    tail_.store(tail + 1, std::memory_order_release);
    claim(slot(tail + ahead));
  }
  bool empty() noexcept {
    auto const head = head_.load(std::memory_order_relaxed);
    if (head != seen_tail_) return false;
    seen_tail_ = tail_.load(std::memory_order_acquire);
    return head == seen_tail_;
  }
  message pop() noexcept {  ///< \pre !empty()
    auto const head = head_.load(std::memory_order_relaxed);
    if (head + ahead < seen_tail_) claim(slot(head + ahead));
    message m = std::move(slot(head));
    head_.store(head + 1, std::memory_order_release);
    return m;
  }
  /// How many were ever taken out.
  std::size_t popped() const noexcept { return head_.load(std::memory_order_acquire); }
  std::size_t pushed() const noexcept { return tail_.load(std::memory_order_acquire); }

 private:
  // Whoever last wrote to a slot has its cache lines. Asked for in time, they are here when they are needed. What the
  // producer has not filled yet is not asked for by the consumer: it would take them away.
  static constexpr std::size_t ahead = 4;
  static void claim(message const& m) noexcept {
    constexpr std::size_t line = 64;
    auto const* const p = reinterpret_cast<std::byte const*>(&m);
    for (std::size_t i = 0; i < sizeof m; i += line) claim_line(p + i);
  }
  static void claim_line(std::byte const* p) noexcept {
#if defined(__x86_64__)
    // What the builtin becomes without -mprfchw brings a copy, and the write to it still has to wait.
    asm volatile("prefetchw %0" : : "m"(*p));
#else
    __builtin_prefetch(p, 1);
#endif
  }

  // Made by the first push, before the index that shows it: a direction nobody uses costs nothing.
  message& slot(std::size_t index) {
    if (!slots_) slots_ = std::make_unique<slots>();
    return slots_->at[index % capacity];
  }

  struct alignas(64) slots {  // two lines a message instead of three
    std::array<message, capacity> at;
  };

  std::unique_ptr<slots> slots_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
  std::size_t seen_tail_ = 0;  // the consumer's
};

}  // namespace weft::transports
