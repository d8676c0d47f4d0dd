// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/credit.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What is said on a lifeline (docs/wire-fabric.md, section 1): encoded, decoded and checked, without any I/O.
namespace weft::ofi {

using byte_string = std::vector<std::byte>;

enum class lifeline_kind : std::uint8_t { hello = 1, refusal = 2, goodbye = 3, heartbeat = 4, finish = 5, message = 6 };

/// What connections go through: one RDM endpoint for all, MSG endpoints of their own, or datagrams.
enum class path : std::uint16_t { rdm = 0, msg = 1, dgram = 2 };

/// How one end introduces itself.
struct hello {
  path by = path::rdm;
  bool reads = false;  // large bodies, and lets its own be read
  std::uint16_t self = 0;
  std::uint16_t peer = 0;
  std::uint64_t incarnation = 0;
  std::array<std::byte, 16> identity{};
  std::uint32_t protocol = 0;
  std::uint32_t protocol_version = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint64_t max_message = 0;
  std::uint32_t frame_size = 0;
  credits give;
  std::uint32_t heartbeat = 0;  // milliseconds
  std::string provider;
  byte_string address;
  std::uint64_t key = 0;  // MSG: what the listener wants to see of who connects; DGRAM: and either end of a datagram

  byte_string encode() const;
  /// Nothing for what a hello cannot be, whoever sends it.
  static std::optional<hello> decode(std::span<std::byte const> content);
};

/// Why a hello is not answered with one.
enum class refusal_reason : std::uint16_t {
  version = 1,
  malformed = 2,
  protocols = 3,
  provider = 4,
  address = 5,
  room = 6,
  other = 7
};

struct refusal {
  refusal_reason reason = refusal_reason::other;
  std::string text;

  byte_string encode() const;
  static std::optional<refusal> decode(std::span<std::byte const> content);
  /// What it means to the one who is refused.
  failure as_failure() const;
};

/// Whether the peer's introduction fits one's own; if not, what to tell it.
std::optional<refusal> objection(hello const& mine, hello const& theirs);

/// The largest body of a message that travels on the lifeline.
inline constexpr std::size_t longest_lifeline_message = 8192;

/// Such a message, to be sent. \pre it has no header, and is no longer
byte_string encode_lifeline_message(std::span<std::byte const> body);

/// An end has sent its last data frame, and wants to hear when all of them are taken.
struct finish {
  std::uint32_t data_frames = 0;

  byte_string encode() const;
  static std::optional<finish> decode(std::span<std::byte const> content);
};

/// The last word of an end.
struct goodbye {
  std::error_code why;  // none: everything has been taken
  std::uint32_t frames = 0;
  std::uint32_t bulks = 0;
  std::string text;

  byte_string encode() const;
  static std::optional<goodbye> decode(std::span<std::byte const> content);
};

/// Cuts what comes out of a stream into lifeline messages.
class lifeline_reader {
 public:
  struct item {
    lifeline_kind kind;
    std::span<std::byte const> content;  // until the next call
  };
  enum class outcome { item, more, malformed, version };

  void feed(std::span<std::byte const> received);
  outcome next(item& out);

 private:
  byte_string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace weft::ofi
