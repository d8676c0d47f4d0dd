// SPDX-License-Identifier: MIT
#pragma once

#include "../slot.hpp"
#include "errors.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace weft::capi {

/// How often this process is the fork of the one that loaded the library.
unsigned process() noexcept;
/// Of what all tables share. Held across fork(), so that a child finds the tables whole.
std::mutex& table_mutex() noexcept;

/// What an id begins with.
enum class kind_of_id : std::uint8_t { none, engine, options, socket, context, dialer, listener, aio, device };

constexpr kind_of_id kind_of(std::uint64_t id) noexcept { return static_cast<kind_of_id>(id >> 56); }

/// What an id stands for.
struct identified {
  std::uint64_t id = 0;
};

/// The things of one kind by id: 8 bits of kind, 24 of place, 32 of generation, so that an id is never given again.
/// A thing ends when it was taken out and the last call on it is over.
/// Thread safety: all members.
template <class T, kind_of_id Kind>
class table {
  struct place : c::slot<T> {
    std::atomic<std::uint32_t> generation{1};
    std::uint32_t index = 0;
    place* next_free = nullptr;  // under the mutex
  };

 public:
  /// Keeps it while it lives.
  class held {
   public:
    held() noexcept = default;
    held(held const& other) noexcept : at_(other.at_) {
      if (at_) at_->state.fetch_add(1, std::memory_order_relaxed);
    }
    held(held&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
    held& operator=(held other) noexcept {
      std::swap(at_, other.at_);
      return *this;
    }
    ~held() {
      if (at_) let_go(*at_);
    }
    T* operator->() const noexcept { return at_->what; }
    T& operator*() const noexcept { return *at_->what; }
    explicit operator bool() const noexcept { return at_ != nullptr; }

   private:
    friend class table;
    explicit held(place* at) noexcept : at_(at) {}
    place* at_ = nullptr;
  };

  /// \return its id. \throws std::bad_alloc
  static std::uint64_t insert(std::unique_ptr<T> what) {
    place* at;
    {
      std::lock_guard lock(table_mutex());
      at = take_place();
    }
    auto const generation = at->generation.load(std::memory_order_relaxed);
    auto const id = std::uint64_t{static_cast<std::uint8_t>(Kind)} << 56 | std::uint64_t{at->index} << 32 | generation;
    what->id = id;
    at->what = what.release();
    at->publish();
    return id;
  }
  /// \throws refusal WEFT_EBADID, WEFT_ECLOSED
  static held hold(std::uint64_t id) {
    auto& at = place_of(id);
    if (at.hold() && at.generation.load(std::memory_order_relaxed) == generation_of(id)) return held(&at);
    bool const was_there = was_given(at, id);
    let_go(at);
    refuse(was_there);
  }
  /// From now on nobody finds it. \throws refusal as hold()
  static held take(std::uint64_t id) {
    auto it = hold(id);
    if (!it.at_->shut()) refuse(true);
    it.at_->generation.fetch_add(1, std::memory_order_relaxed);
    return it;
  }

 private:
  static constexpr std::uint32_t first_chunk = 64;
  static constexpr std::size_t chunks = 18;  // each twice as large as the one before

  static std::uint32_t generation_of(std::uint64_t id) noexcept { return static_cast<std::uint32_t>(id); }

  [[noreturn]] static void refuse(bool was_there) {
    if (was_there) throw refusal(WEFT_ECLOSED, "it was closed before");
    throw refusal(WEFT_EBADID, "no id of this kind");
  }
  static bool was_given(place const& at, std::uint64_t id) noexcept {
    auto const now = at.generation.load(std::memory_order_relaxed);
    auto const was = generation_of(id);
    return was != 0 && (was < now || (was == now && (at.state.load(std::memory_order_relaxed) & place::condemned)));
  }

  static place& place_of(std::uint64_t id) {
    auto const index = static_cast<std::uint32_t>(id >> 32) & 0xff'ffff;
    auto const n = static_cast<std::size_t>(std::bit_width(index / first_chunk + 1) - 1);
    auto* const chunk = kind_of(id) == Kind && n < chunks ? all[n].load(std::memory_order_acquire) : nullptr;
    if (!chunk) refuse(false);
    return chunk[index - first_of(n)];
  }
  static std::uint32_t first_of(std::size_t chunk) noexcept { return first_chunk * ((1u << chunk) - 1); }

  // Under the mutex.
  static place* take_place() {
    if (!free) grow();
    return std::exchange(free, free->next_free);
  }
  static void grow() {
    if (used == chunks) throw std::system_error(EMFILE, std::generic_category());
    auto const size = first_chunk << used;
    auto* const fresh = new place[size];  // never freed: an id may be looked up at any time
    for (std::uint32_t i = size; i-- > 0;) {
      fresh[i].index = first_of(used) + i;
      fresh[i].next_free = std::exchange(free, &fresh[i]);
    }
    all[used++].store(fresh, std::memory_order_release);
  }

  static void let_go(place& at) noexcept {
    if (!at.release()) return;
    delete std::exchange(at.what, nullptr);
    std::lock_guard lock(table_mutex());
    at.next_free = std::exchange(free, &at);
  }

  static inline std::array<std::atomic<place*>, chunks> all{};
  static inline std::size_t used = 0;
  static inline place* free = nullptr;
};

}  // namespace weft::capi
