// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft {

/// Which way a message was going when something happened to it.
enum class direction : std::uint8_t { outgoing, incoming };

/// Why a message ended without reaching anybody. Values are stable: the C API exposes them.
enum class drop_reason : std::uint8_t {
  no_peer,        ///< nobody was there to have it
  full,           ///< its queue was full: the new message went
  displaced,      ///< its queue was full: it made room for a newer one
  peer_gone,      ///< it waited for, or was a reply to, a peer that has left
  too_many_hops,  ///< it came through more devices than the limit allows
  malformed,      ///< its header made no sense
  filtered,       ///< no subscription asked for it
  unasked,        ///< an answer that nobody waits for (any more), or a second one
  too_large,      ///< over the limit of the only peer it was for
  unread,         ///< it was received, and its peer or the socket went before anybody asked for it
  lost,           ///< datagrams: the network did not bring it (incoming), or did not take it (outgoing)
  late,           ///< datagrams: it came behind one sent after it, and is counted as lost; or it came again
};
inline constexpr std::size_t drop_reasons = 12;

/// Messages that were dropped, by reason and direction.
struct drop_counts {
  std::array<std::array<std::uint64_t, drop_reasons>, 2> counts{};

  std::uint64_t& at(drop_reason r, direction d) noexcept {
    return counts[static_cast<std::size_t>(d)][static_cast<std::size_t>(r)];
  }
  std::uint64_t at(drop_reason r, direction d) const noexcept {
    return counts[static_cast<std::size_t>(d)][static_cast<std::size_t>(r)];
  }
  /// Of one direction, whatever the reason.
  std::uint64_t total(direction d) const noexcept {
    std::uint64_t sum = 0;
    for (auto const n : counts[static_cast<std::size_t>(d)]) sum += n;
    return sum;
  }
};

/// What went one way: messages, and bytes of their bodies.
struct traffic {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;

  void count(std::size_t size) noexcept {
    ++messages;
    bytes += size;
  }
};

}  // namespace weft
