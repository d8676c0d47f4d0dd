// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fault.hpp>
#include <weft/options.hpp>

#include "stream/frame.hpp"
#include "stream/transcoder.hpp"
#include "ws/mask.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

namespace weft::ws {

enum class side { dials, listens };

/// What messages are on the wire.
struct manners {
  std::uint64_t most = 0;  ///< bytes in a message that comes
  websocket_frames frames = websocket_frames::binary;
};

/// WebSocket's frames (RFC 6455) on the wire, and a stream of messages with their lengths in front to who uses it: one
/// message is one message there. Answers pings, and says why it ends.
class channel final : public stream::transcoder {
 public:
  using transcoder::begin_with;

  channel(side, manners, std::unique_ptr<stream::channel> below) noexcept;

  /// Larger messages are sent in parts of that size: nng takes no larger ones.
  static constexpr std::uint64_t largest_sent = 1 << 20;

 private:
  static constexpr std::size_t prefix_size = 8;
  static constexpr std::size_t longest_header = 14;
  static constexpr std::size_t longest_control = 125;

  std::size_t decode(std::span<std::byte const>& come, std::span<std::byte> room) override;
  failure cut_off() override;
  bool encode(std::span<std::byte const>, bytes& to) override;
  void say_goodbye(bytes& to) override;

  // How it reads.
  bool read_header(std::span<std::byte const>& come);
  std::size_t header_size() const noexcept;
  bool begin_is_good();
  bool begin_frame();
  void frame_is_over();
  std::size_t hand_out(std::span<std::byte> room);
  std::size_t take_payload(std::span<std::byte const>& come, std::span<std::byte> room);
  void obey(std::span<std::byte const> payload);
  void close_as_told(std::span<std::byte const> payload);
  bool break_off(std::uint16_t code, failure why);
  bool violated(fault_kind, char const* what);

  void put_prefix(std::uint64_t size) noexcept;
  bool is_control() const noexcept { return (opcode_ & 8) != 0; }

  side const side_;
  manners const manners_;

  // The receiver's.
  std::array<std::byte, longest_header> header_{};
  std::size_t header_come_ = 0;
  std::uint8_t opcode_ = 0;
  std::uint8_t kind_ = 0;  // of the message: its first frame's opcode
  bool final_ = false;
  bool in_frame_ = false;
  bool in_message_ = false;  // more parts follow
  std::uint64_t left_ = 0;   // of the frame's payload
  mask unmask_;
  bytes joined_;  // of a message in parts
  bool joined_whole_ = false;
  std::size_t handed_out_ = 0;
  std::array<std::byte, prefix_size> prefix_{};  // in front of a message that is handed out
  std::size_t prefix_left_ = 0;
  std::array<std::byte, longest_control> control_{};
  std::size_t control_size_ = 0;

  // Told by the receiver, said by the sender.
  std::mutex mutex_;
  std::array<std::byte, longest_control> pong_{};
  std::size_t pong_size_ = 0;
  std::atomic<bool> pong_due_{false};
  std::atomic<std::uint16_t> close_code_{1000};

  // The sender's.
  void begin_part(bytes& to);
  void answer_ping(bytes& to);
  void control_frame(std::uint8_t opcode, std::span<std::byte const>, bytes& to);
  void header(std::uint8_t first, std::uint64_t size, bytes& to);

  bool between_messages() const noexcept { return out_prefix_size_ == 0 && out_left_ == 0; }

  std::array<std::byte, prefix_size> out_prefix_{};
  std::size_t out_prefix_size_ = 0;
  std::uint8_t out_kind_ = 0;        // of the message; 0: as usual
  std::uint64_t out_left_ = 0;       // of the message
  std::uint64_t out_part_left_ = 0;  // of its part
  bool out_first_part_ = true;
  mask out_mask_;
  mask_keys keys_;
};

}  // namespace weft::ws
