// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weft::ofi {

/// What one end gives the other (docs/wire-fabric.md, section 4).
struct credits {
  std::uint16_t data = 32;
  std::uint16_t control = 4;

  /// Posted beside what the peer may fill: so that it can be told of a frame whose buffer is not yet posted again.
  static constexpr std::uint32_t spare = 1;
  /// Receive buffers that keep the promise.
  std::size_t buffers() const noexcept { return data + 2u * control + spare; }

  static constexpr std::uint16_t most_data = 32;
  static constexpr std::uint16_t most_control = 4;
  bool sound() const noexcept { return data >= 1 && data <= most_data && control >= 2 && control <= most_control; }
  /// The share of an endpoint's next connection, when it has so many. \param depth receives it can have posted
  static credits share(std::size_t connections, std::size_t depth) noexcept {
    constexpr std::size_t plenty = 2048;
    // shm has 1024. A few credits are enough for its speed: measured, no less than with 32.
    if (depth < plenty) return connections < 16 ? credits{7, 2} : least();
    if (connections < 16) return {32, 4};
    return connections < 64 ? credits{16, 2} : credits{4, 2};
  }
  static credits least() noexcept { return {3, 2}; }
};

/// How many frames of a kind may be on their way. Counts go up for ever, and round.
/// Thread safety: one thread sends; one, perhaps another, hears what the peer acknowledges.
template <std::unsigned_integral Count>
class send_window {
 public:
  void open(unsigned limit) noexcept { limit_ = limit; }

  Count next() const noexcept { return sent_.load(std::memory_order_relaxed); }
  bool full() const noexcept { return in_flight() >= limit_; }
  unsigned in_flight() const noexcept {
    return static_cast<Count>(sent_.load(std::memory_order_relaxed) - acknowledged_.load(std::memory_order_acquire));
  }
  /// Before the frame is posted: its answer may be quick.
  void on_send() noexcept { sent_.store(static_cast<Count>(next() + 1u), std::memory_order_release); }
  /// It could not be posted after all.
  void take_back() noexcept { sent_.store(static_cast<Count>(next() - 1u), std::memory_order_release); }

  enum class news { none, some, malformed };
  /// The peer has taken `count` in all, it says.
  news acknowledge(Count count) noexcept {
    auto const known = acknowledged_.load(std::memory_order_relaxed);
    auto const step = static_cast<Count>(count - known);
    if (step == 0) return news::none;
    if (step > std::numeric_limits<Count>::max() / 2) return news::none;  // an older frame, overtaken
    if (step > static_cast<Count>(sent_.load(std::memory_order_acquire) - known)) return news::malformed;
    acknowledged_.store(count, std::memory_order_release);
    return news::some;
  }

 private:
  unsigned limit_ = 0;
  std::atomic<Count> sent_{0};
  std::atomic<Count> acknowledged_{0};
};

/// Whether a sequence number lies in the window of what may come next, and which of its places is meant.
template <std::unsigned_integral Count>
constexpr bool in_window(Count sequence, Count oldest, unsigned width) noexcept {
  return static_cast<Count>(sequence - oldest) < width;
}

}  // namespace weft::ofi
