// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

// How scalability protocols cut a stream of bytes into messages: a length in front of each. ipc has a byte more.
namespace weft::stream {

enum class framing : std::uint8_t {
  tcp,  ///< the length, 64 bits, big endian
  ipc,  ///< 0x01, then the same
  ws,   ///< as tcp, with what the message is in the two highest bits: between a connection and its WebSocket
};

inline constexpr std::size_t longest_prefix = 9;
inline constexpr unsigned kind_shift = 62;

constexpr std::size_t prefix_size(framing f) noexcept { return f == framing::ipc ? 9 : 8; }

/// What the first bytes of a frame say.
struct frame_head {
  bool known = false;      ///< the prefix is complete
  bool malformed = false;  ///< it is none
  websocket_kind kind = websocket_kind::unsaid;
  std::uint64_t size = 0;  ///< bytes behind the prefix: header words and body
};

/// \pre the prefix is complete, and is one
inline frame_head parse_head(framing f, std::byte const* prefix) noexcept {
  std::uint64_t size;
  std::memcpy(&size, prefix + prefix_size(f) - sizeof size, sizeof size);
  size = __builtin_bswap64(size);
  if (f != framing::ws) return {.known = true, .size = size};
  return {.known = true,
          .kind = static_cast<websocket_kind>(size >> kind_shift),
          .size = size & ((std::uint64_t{1} << kind_shift) - 1)};
}

inline frame_head read_head(framing f, std::span<std::byte const> bytes) noexcept {
  if (f == framing::ipc && !bytes.empty() && bytes[0] != std::byte{1}) return {.malformed = true};
  if (bytes.size() < prefix_size(f)) return {};
  return parse_head(f, bytes.data());
}

/// Everything of a frame that stands before the body. \return its size
inline std::size_t frame_front_size(framing f, message const& m) noexcept {
  return prefix_size(f) + 4 * m.header().size();
}
inline std::size_t frame_size(framing f, message const& m) noexcept { return frame_front_size(f, m) + m.size(); }

inline void write_frame_front(framing f, message const& m, std::byte* to) noexcept {
  if (f == framing::ipc) *to++ = std::byte{1};
  std::uint64_t size = 4 * m.header().size() + m.size();
  if (f == framing::ws) size |= static_cast<std::uint64_t>(m.kind()) << kind_shift;
  size = __builtin_bswap64(size);
  std::memcpy(to, &size, sizeof size);
  to += sizeof size;
  for (std::uint32_t word : m.header().words()) {
    word = __builtin_bswap32(word);
    std::memcpy(to, &word, sizeof word);
    to += sizeof word;
  }
}

/// Into memory for frame_size() bytes.
inline void write_frame(framing f, message const& m, std::byte* to) noexcept {
  write_frame_front(f, m, to);
  if (!m.empty()) std::memcpy(to + frame_front_size(f, m), m.body().data(), m.size());
}

}  // namespace weft::stream
