// SPDX-License-Identifier: MIT
#include "ws/channel.hpp"

#include <weft/error.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace weft::ws {

namespace {

enum opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;

// Why a connection is closed, as RFC 6455 numbers it.
constexpr std::uint16_t protocol_error = 1002;
constexpr std::uint16_t unwelcome_type = 1003;
constexpr std::uint16_t too_large = 1009;

std::uint64_t number_in(std::span<std::byte const> bytes) noexcept {
  std::uint64_t n = 0;
  for (auto const b : bytes) n = n << 8 | std::to_integer<std::uint64_t>(b);
  return n;
}

void put_number(std::uint64_t n, std::size_t size, std::byte* to) noexcept {
  for (std::size_t i = 0; i != size; ++i) to[i] = static_cast<std::byte>(n >> 8 * (size - 1 - i));
}

bool is_code(std::uint64_t n) noexcept {
  return (n >= 1000 && n <= 1014 && n != 1004 && n != 1005 && n != 1006) || (n >= 3000 && n <= 4999);
}

}  // namespace

channel::channel(side s, manners m, std::unique_ptr<stream::channel> below) noexcept
    : transcoder(std::move(below)), side_(s), manners_(m) {}

// How it reads.

std::size_t channel::decode(std::span<std::byte const>& come, std::span<std::byte> room) {
  std::size_t made = 0;
  while (!over()) {
    made += hand_out(room.subspan(made));
    if (joined_whole_ || prefix_left_ > 0) break;  // no room
    if (in_frame_) {
      auto const before = come.size();
      made += take_payload(come, room.subspan(made));
      if (left_ > 0 && come.size() == before) break;
      if (left_ == 0) frame_is_over();
    } else if (!read_header(come)) {
      break;
    }
  }
  return made;
}

std::size_t channel::hand_out(std::span<std::byte> room) {
  auto const first = std::min(prefix_left_, room.size());
  std::memcpy(room.data(), prefix_.data() + prefix_size - prefix_left_, first);
  prefix_left_ -= first;
  if (!joined_whole_ || prefix_left_ > 0) return first;
  auto const rest = std::min(joined_.size() - handed_out_, room.size() - first);
  if (rest > 0) std::memcpy(room.data() + first, joined_.data() + handed_out_, rest);
  handed_out_ += rest;
  if (handed_out_ == joined_.size()) {
    joined_whole_ = false;
    joined_ = {};
  }
  return first + rest;
}

std::size_t channel::take_payload(std::span<std::byte const>& come, std::span<std::byte> room) {
  bool const straight = !is_control() && !in_message_;
  auto const n = static_cast<std::size_t>(
      std::min<std::uint64_t>(left_, straight ? std::min(come.size(), room.size()) : come.size()));
  auto* to = room.data();
  if (is_control()) {
    to = control_.data() + control_size_;
    control_size_ += n;
  } else if (in_message_) {
    joined_.resize(joined_.size() + n);
    to = joined_.data() + joined_.size() - n;
  }
  if (n > 0) unmask_.lay_over(come.first(n), to);
  come = come.subspan(n);
  left_ -= n;
  return straight ? n : 0;
}

std::size_t channel::header_size() const noexcept {
  if (header_come_ < 2) return 2;
  auto const second = std::to_integer<unsigned>(header_[1]);
  auto const length = second & 0x7f;
  return 2 + (length == 126 ? 2u : length == 127 ? 8u : 0u) + (second & mask_bit ? 4u : 0u);
}

/// \return whether a frame has begun
bool channel::read_header(std::span<std::byte const>& come) {
  while (header_come_ < header_size()) {
    if (come.empty()) return false;
    header_[header_come_++] = come[0];
    come = come.subspan(1);
    if (header_come_ == 2 && !begin_is_good()) return false;
  }
  header_come_ = 0;
  return begin_frame();
}

bool channel::begin_is_good() {
  auto const first = std::to_integer<std::uint8_t>(header_[0]);
  auto const second = std::to_integer<std::uint8_t>(header_[1]);
  opcode_ = first & 15;
  final_ = first & final_bit;
  if (first & 0x70) return violated(fault_kind::ws_opcode, "it set bits that mean nothing here");
  if (((second & mask_bit) != 0) != (side_ == side::listens))
    return violated(fault_kind::ws_mask, side_ == side::listens ? "it did not mask a frame" : "it masked a frame");
  if (is_control()) {
    if (opcode_ > pong) return violated(fault_kind::ws_opcode, "it sent a frame of an unknown kind");
    return (final_ && (second & 0x7f) <= longest_control) ||
           violated(fault_kind::ws_control, "a ping, pong or close was too long");
  }
  if (opcode_ == text && manners_.frames == websocket_frames::binary)
    return break_off(unwelcome_type, {errc::malformed, "the peer sent text, where SP is binary", fault_kind::ws_text});
  if (opcode_ > binary) return violated(fault_kind::ws_opcode, "it sent a frame of an unknown kind");
  if ((opcode_ == continuation) != in_message_)
    return violated(fault_kind::ws_order, "parts of messages came in the wrong order");
  return true;
}

bool channel::begin_frame() {
  auto const second = std::to_integer<std::uint64_t>(header_[1]) & 0x7f;
  std::size_t const wide = second == 126 ? 2 : second == 127 ? 8 : 0;
  auto const size = wide == 0 ? second : number_in(std::span(header_).subspan(2, wide));
  if ((wide == 2 && size < 126) || (wide == 8 && size < 65536))
    return violated(fault_kind::ws_length, "a length was longer than it must be");
  if (size >> 63) return violated(fault_kind::ws_length, "a length was impossible");
  mask::key key{};
  if (side_ == side::listens) std::copy_n(header_.begin() + 2 + static_cast<std::ptrdiff_t>(wide), 4, key.begin());
  unmask_ = mask(key);
  left_ = size;
  in_frame_ = true;
  if (is_control()) return true;
  if (size > manners_.most || joined_.size() > manners_.most - size)
    return break_off(too_large, {errc::message_too_large, "the peer sent too large a message", fault_kind::too_large});
  if (opcode_ == continuation) return true;
  kind_ = opcode_;
  in_message_ = !final_;
  if (final_) put_prefix(size);
  return true;
}

/// In front of a message that is handed out.
void channel::put_prefix(std::uint64_t size) noexcept {
  put_number(size | std::uint64_t{kind_} << stream::kind_shift, prefix_left_ = prefix_size, prefix_.data());
}

void channel::frame_is_over() {
  in_frame_ = false;
  if (is_control()) return obey(std::span(control_).first(std::exchange(control_size_, 0)));
  if (!final_ || !in_message_) return;
  in_message_ = false;
  joined_whole_ = true;
  handed_out_ = 0;
  put_prefix(joined_.size());
}

void channel::obey(std::span<std::byte const> payload) {
  if (opcode_ == close) return close_as_told(payload);
  if (opcode_ == pong) return;
  std::lock_guard lock(mutex_);
  std::ranges::copy(payload, pong_.begin());
  pong_size_ = payload.size();
  pong_due_.store(true, std::memory_order_release);
  owe();
}

void channel::close_as_told(std::span<std::byte const> payload) {
  auto const code = payload.size() < 2 ? 1000 : number_in(payload.first(2));
  if (payload.size() == 1 || !is_code(code)) {
    violated(fault_kind::ws_control, "it closed for no reason there is");
    return;
  }
  if (code == 1000 || code == 1001) return end();
  std::string const words(reinterpret_cast<char const*>(payload.data()) + 2, payload.size() - 2);
  end({code == too_large ? errc::message_too_large : errc::connection_reset,
       "the peer closed the WebSocket with code " + std::to_string(code) + (words.empty() ? "" : ": " + words)});
}

bool channel::break_off(std::uint16_t code, failure why) {
  close_code_.store(code, std::memory_order_release);
  end(std::move(why));
  return false;
}

bool channel::violated(fault_kind kind, char const* what) {
  return break_off(protocol_error,
                   {errc::malformed, std::string("the peer does not keep to WebSocket: ") + what, kind});
}

failure channel::cut_off() {
  if (!in_frame_ && !in_message_ && header_come_ == 0) return {};
  return {errc::connection_reset, "the peer hung up inside a message", fault_kind::truncated};
}

// How it writes.

bool channel::encode(std::span<std::byte const> plain, bytes& to) {
  if (between_messages()) answer_ping(to);
  while (!plain.empty()) {
    if (out_left_ == 0) {
      auto const n = std::min(plain.size(), prefix_size - out_prefix_size_);
      std::memcpy(out_prefix_.data() + out_prefix_size_, plain.data(), n);
      plain = plain.subspan(n);
      if ((out_prefix_size_ += n) < prefix_size) break;
      out_prefix_size_ = 0;
      auto const prefix = number_in(out_prefix_);
      out_kind_ = static_cast<std::uint8_t>(prefix >> stream::kind_shift);
      out_left_ = prefix & ((std::uint64_t{1} << stream::kind_shift) - 1);
      out_first_part_ = true;
      begin_part(to);
    } else {
      if (out_part_left_ == 0) begin_part(to);
      auto const n = static_cast<std::size_t>(std::min<std::uint64_t>(plain.size(), out_part_left_));
      to.resize(to.size() + n);
      out_mask_.lay_over(plain.first(n), to.data() + to.size() - n);
      plain = plain.subspan(n);
      out_left_ -= n;
      out_part_left_ -= n;
    }
    if (between_messages()) answer_ping(to);
  }
  return true;
}

void channel::begin_part(bytes& to) {
  out_part_left_ = std::min(out_left_, largest_sent);
  bool const last = out_part_left_ == out_left_;
  std::uint8_t kind = manners_.frames == websocket_frames::text ? text : binary;
  if (out_kind_ != 0 && manners_.frames != websocket_frames::binary) kind = out_kind_;
  if (!std::exchange(out_first_part_, false)) kind = continuation;
  header(static_cast<std::uint8_t>(kind | (last ? final_bit : 0)), out_part_left_, to);
}

void channel::header(std::uint8_t first, std::uint64_t size, bytes& to) {
  std::array<std::byte, longest_header> h{std::byte{first}};
  std::size_t const wide = size < 126 ? 0 : size < 65536 ? 2 : 8;
  bool const masked = side_ == side::dials;
  h[1] = static_cast<std::byte>((wide == 0 ? size : wide == 2 ? 126 : 127) | (masked ? mask_bit : 0u));
  put_number(size, wide, h.data() + 2);
  auto end = 2 + wide;
  mask::key key{};
  if (masked) {
    key = keys_.next();
    std::copy_n(key.begin(), 4, h.begin() + static_cast<std::ptrdiff_t>(end));
    end += 4;
  }
  out_mask_ = mask(key);
  to.insert(to.end(), h.begin(), h.begin() + static_cast<std::ptrdiff_t>(end));
}

void channel::control_frame(std::uint8_t opcode, std::span<std::byte const> payload, bytes& to) {
  header(opcode | final_bit, payload.size(), to);
  to.resize(to.size() + payload.size());
  out_mask_.lay_over(payload, to.data() + to.size() - payload.size());
}

void channel::answer_ping(bytes& to) {
  if (!pong_due_.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(mutex_);
  pong_due_.store(false, std::memory_order_relaxed);
  control_frame(pong, std::span(pong_).first(pong_size_), to);
}

void channel::say_goodbye(bytes& to) {
  // In the middle of a message nothing else can be said.
  if (!between_messages()) return;
  std::array<std::byte, 2> code;
  put_number(close_code_.load(std::memory_order_acquire), code.size(), code.data());
  control_frame(close, code, to);
}

}  // namespace weft::ws
