// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// What a SUB tells a PUB, where both are weft's: docs/wire-pubsub.md.
//
//   version 1 | flags | sequence, 16 bit | verb | length, 16 bit | prefix | verb | length | prefix | ...
//
// All big endian. A list of everything wanted may take several messages: the first of them `begins` it, the last
// `ends` it. Messages with neither, after that, are changes.
namespace weft::policy::interest {

inline constexpr std::byte version{1};
inline constexpr std::byte begins{1}, ends{2};
inline constexpr std::size_t head_size = 4, entry_size = 3;
/// Of a prefix; whoever wants a longer one asks for what begins it, and gets more than it wants.
inline constexpr std::size_t longest = 1024;
/// What a peer must take that is to be told anything.
inline constexpr std::size_t least_message = 2048;
static_assert(head_size + entry_size + longest <= least_message);

enum class verb : std::uint8_t { want = 1, forget = 2 };
using text = std::span<std::byte const>;

struct entry {
  interest::verb verb;
  text prefix;
};

inline std::byte high(std::size_t word) noexcept { return static_cast<std::byte>(word >> 8); }
inline std::byte low(std::size_t word) noexcept { return static_cast<std::byte>(word & 0xff); }
inline std::uint16_t word_at(text t, std::size_t i) noexcept {
  return static_cast<std::uint16_t>(static_cast<unsigned>(t[i]) << 8 | static_cast<unsigned>(t[i + 1]));
}

/// One message in the making. Keeps its memory when it is cleared.
class writer {
 public:
  writer() { clear(); }

  void clear() noexcept { bytes_.assign(head_size, std::byte{0}); }
  bool empty() const noexcept { return bytes_.size() == head_size && bytes_[1] == std::byte{0}; }
  std::size_t size() const noexcept { return bytes_.size(); }
  void flag(std::byte f) noexcept { bytes_[1] |= f; }
  /// \pre prefix.size() <= longest \throws std::bad_alloc
  void add(verb v, text prefix) {
    bytes_.insert(bytes_.end(), {static_cast<std::byte>(v), high(prefix.size()), low(prefix.size())});
    bytes_.insert(bytes_.end(), prefix.begin(), prefix.end());
  }
  text bytes() noexcept {
    bytes_[0] = version;
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

/// Numbers a message as it goes out.
inline void number(std::span<std::byte> message, std::uint16_t sequence) noexcept {
  message[2] = high(sequence);
  message[3] = low(sequence);
}

/// One message as it came. Every byte is the peer's: ask is_valid() after the last next().
class reader {
 public:
  explicit reader(text bytes) noexcept : left_(bytes) {
    valid_ = bytes.size() >= head_size && bytes[0] == version && (bytes[1] & ~(begins | ends)) == std::byte{0};
    if (!valid_) return;
    flags_ = bytes[1];
    sequence_ = word_at(bytes, 2);
    left_ = bytes.subspan(head_size);
  }

  bool is_valid() const noexcept { return valid_; }
  bool is(std::byte flag) const noexcept { return (flags_ & flag) != std::byte{0}; }
  std::uint16_t sequence() const noexcept { return sequence_; }

  /// Nothing at the end, or when what comes makes no sense.
  std::optional<entry> next() noexcept {
    if (!valid_ || left_.empty()) return {};
    auto const v = static_cast<verb>(left_[0]);
    std::size_t const size = left_.size() >= entry_size ? word_at(left_, 1) : longest + 1;
    valid_ = (v == verb::want || v == verb::forget) && size <= longest && left_.size() - entry_size >= size;
    if (!valid_) return {};
    entry const e{v, left_.subspan(entry_size, size)};
    left_ = left_.subspan(entry_size + size);
    return e;
  }

 private:
  text left_;
  std::byte flags_{0};
  std::uint16_t sequence_ = 0;
  bool valid_;
};

}  // namespace weft::policy::interest
