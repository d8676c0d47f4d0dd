// SPDX-License-Identifier: MIT
#include "fabric/hello.hpp"

#include <weft/error.hpp>

#include "fabric/frame.hpp"
#include "fabric/tag.hpp"
#include "fabric/wire.hpp"

#include <algorithm>

namespace weft::ofi {

namespace {

constexpr std::size_t preamble_size = 8;
constexpr std::size_t longest_content = 1024;
constexpr std::size_t longest_text = 512;
constexpr std::size_t longest_provider = 64;
constexpr std::size_t longest_address = 256;
constexpr std::size_t hello_size = 72;
constexpr std::size_t goodbye_size = 12;
constexpr std::size_t refusal_size = 4;
constexpr std::uint16_t can_read = 1;  // of what an end can; other bits are for others

// A whole message with room for its content; returns where the content starts.
std::byte* open(byte_string& message, lifeline_kind kind, std::size_t content) {
  message.resize(preamble_size + content);
  auto* p = message.data();
  store<std::uint8_t>(p, wire_version);
  std::ranges::copy(wire_magic, p + 1);
  store(p + 4, static_cast<std::uint8_t>(kind));
  store(p + 6, static_cast<std::uint16_t>(content));
  return p + preamble_size;
}

void copy(std::string_view text, std::byte* to) { std::ranges::copy(std::as_bytes(std::span(text)), to); }

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// No longer than allowed, and no character in halves.
std::string_view cut(std::string_view text) {
  if (text.size() <= longest_text) return text;
  auto end = longest_text;
  while (end > longest_text - 3 && continues_character(text[end])) --end;
  return text.substr(0, end);
}

std::string text_at(std::span<std::byte const> content, std::size_t at, std::size_t size) {
  return {reinterpret_cast<char const*>(content.data()) + at, size};
}

// For a person's terminal: whatever a peer sends stays on its line. Control characters are U+0000 to U+001F, U+007F,
// and U+0080 to U+009F, which in UTF-8 are two bytes.
std::string printable(std::string text) {
  for (std::size_t i = 0; i != text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const two = c == 0xc2 && i + 1 != text.size() && static_cast<unsigned char>(text[i + 1]) - 0x80u < 0x20u;
    if (two) text.erase(i + 1, 1);
    if (two || c < 0x20 || c == 0x7f) text[i] = '?';
  }
  return text;
}

std::string name_of(path by) { return by == path::rdm ? "RDM" : by == path::msg ? "MSG" : "DGRAM"; }

std::string number(std::uint32_t value) { return std::to_string(value); }

std::uint16_t reason_of(std::error_code why) {
  if (!why) return 0;
  if (why.category() != category()) return static_cast<std::uint16_t>(errc::connection_reset);
  return static_cast<std::uint16_t>(why.value());
}

std::error_code code_of(std::uint16_t reason) {
  if (reason == 0) return {};
  switch (static_cast<errc>(reason)) {
    case errc::closed:
    case errc::busy:
    case errc::protocol_mismatch:
    case errc::malformed:
    case errc::message_too_large:
    case errc::rejected:
      return static_cast<errc>(reason);
    default:
      return errc::connection_reset;
  }
}

// Nobody waits for credit to send a datagram.
bool gives_soundly(hello const& h) noexcept {
  return h.by == path::dgram ? h.give.data == 0 && h.give.control == 0 : h.give.sound();
}

}  // namespace

byte_string hello::encode() const {
  byte_string message;
  bool const keyed = by != path::rdm;
  auto* p =
      open(message, lifeline_kind::hello, hello_size + provider.size() + address.size() + (keyed ? sizeof key : 0));
  store(p, self);
  store(p + 2, peer);
  store(p + 4, static_cast<std::uint16_t>(by));
  store<std::uint16_t>(p + 6, reads ? can_read : 0);
  store(p + 8, incarnation);
  std::ranges::copy(identity, p + 16);
  store(p + 32, protocol);
  store(p + 36, protocol_version);
  store(p + 40, slot);
  store(p + 44, generation);
  store(p + 48, max_message);
  store(p + 56, frame_size);
  store(p + 60, give.data);
  store(p + 62, give.control);
  store(p + 64, heartbeat);
  store(p + 68, static_cast<std::uint16_t>(provider.size()));
  store(p + 70, static_cast<std::uint16_t>(address.size()));
  copy(provider, p + hello_size);
  std::ranges::copy(address, p + hello_size + provider.size());
  if (keyed) store(p + hello_size + provider.size() + address.size(), key);
  return message;
}

std::optional<hello> hello::decode(std::span<std::byte const> content) {
  if (content.size() < hello_size) return {};
  auto const* p = content.data();
  std::size_t const n = load<std::uint16_t>(p + 68);
  std::size_t const m = load<std::uint16_t>(p + 70);
  auto const by = load<std::uint16_t>(p + 4);
  if (by > static_cast<std::uint16_t>(path::dgram)) return {};
  bool const keyed = by != 0;
  if (content.size() != hello_size + n + m + (keyed ? sizeof(std::uint64_t) : 0)) return {};
  if (n == 0 || n > longest_provider || (m == 0 && by != static_cast<std::uint16_t>(path::msg)) || m > longest_address)
    return {};
  hello h;
  h.by = static_cast<path>(by);
  h.reads = load<std::uint16_t>(p + 6) & can_read;
  h.self = load<std::uint16_t>(p);
  h.peer = load<std::uint16_t>(p + 2);
  h.incarnation = load<std::uint64_t>(p + 8);
  std::copy_n(p + 16, h.identity.size(), h.identity.begin());
  h.protocol = load<std::uint32_t>(p + 32);
  h.protocol_version = load<std::uint32_t>(p + 36);
  h.slot = load<std::uint32_t>(p + 40);
  h.generation = load<std::uint32_t>(p + 44);
  h.max_message = load<std::uint64_t>(p + 48);
  h.frame_size = load<std::uint32_t>(p + 56);
  h.give = {load<std::uint16_t>(p + 60), load<std::uint16_t>(p + 62)};
  h.heartbeat = load<std::uint32_t>(p + 64);
  if (h.slot >= tag::slots || h.generation == 0 || h.generation > tag::low_mask) return {};
  if (h.frame_size < smallest_frame || h.frame_size > largest_frame || !gives_soundly(h)) return {};
  h.provider = printable(text_at(content, hello_size, n));
  h.address.assign(p + hello_size + n, p + hello_size + n + m);
  if (keyed) h.key = load<std::uint64_t>(p + hello_size + n + m);
  return h;
}

byte_string refusal::encode() const {
  auto const words = cut(text);
  byte_string message;
  auto* p = open(message, lifeline_kind::refusal, refusal_size + words.size());
  store(p, static_cast<std::uint16_t>(reason));
  store(p + 2, static_cast<std::uint16_t>(words.size()));
  copy(words, p + refusal_size);
  return message;
}

std::optional<refusal> refusal::decode(std::span<std::byte const> content) {
  if (content.size() < refusal_size) return {};
  auto const reason = load<std::uint16_t>(content.data());
  std::size_t const n = load<std::uint16_t>(content.data() + 2);
  if (content.size() != refusal_size + n || n > longest_text) return {};
  bool const known = reason >= static_cast<std::uint16_t>(refusal_reason::version) &&
                     reason <= static_cast<std::uint16_t>(refusal_reason::other);
  return refusal{known ? static_cast<refusal_reason>(reason) : refusal_reason::other,
                 printable(text_at(content, refusal_size, n))};
}

failure refusal::as_failure() const {
  auto const text_for_me = "the peer refused: " + text;
  switch (reason) {
    case refusal_reason::protocols:
      return {errc::protocol_mismatch, text_for_me};
    case refusal_reason::provider:
    case refusal_reason::version:
      return {errc::unsupported, text_for_me};
    default:
      return {errc::rejected, text_for_me};
  }
}

std::optional<refusal> objection(hello const& mine, hello const& theirs) {
  if (mine.self != theirs.peer || mine.peer != theirs.self)
    return refusal{refusal_reason::protocols, "protocol " + number(mine.self) + " talks to " + number(mine.peer) +
                                                  ", and the other end is " + number(theirs.self) + " for " +
                                                  number(theirs.peer)};
  if (mine.by != theirs.by)
    return refusal{refusal_reason::provider, "one end has " + name_of(mine.by) + " endpoints of provider " +
                                                 mine.provider + ", the other " + name_of(theirs.by) +
                                                 " endpoints of " + theirs.provider +
                                                 "; ?ep= in both URLs makes them agree"};
  if (mine.protocol != theirs.protocol || mine.protocol_version != theirs.protocol_version)
    return refusal{refusal_reason::provider, "one end is on provider " + mine.provider + " (protocol " +
                                                 number(mine.protocol) + "." + number(mine.protocol_version) +
                                                 "), the other on " + theirs.provider + " (protocol " +
                                                 number(theirs.protocol) + "." + number(theirs.protocol_version) +
                                                 "); ?prov= in both URLs makes them agree"};
  return {};
}

byte_string encode_lifeline_message(std::span<std::byte const> body) {
  byte_string message;
  std::ranges::copy(body, open(message, lifeline_kind::message, body.size()));
  return message;
}

byte_string finish::encode() const {
  byte_string message;
  store(open(message, lifeline_kind::finish, sizeof data_frames), data_frames);
  return message;
}

std::optional<finish> finish::decode(std::span<std::byte const> content) {
  if (content.size() != sizeof data_frames) return {};
  return finish{load<std::uint32_t>(content.data())};
}

byte_string goodbye::encode() const {
  auto const words = cut(text);
  byte_string message;
  auto* p = open(message, lifeline_kind::goodbye, goodbye_size + words.size());
  store(p, reason_of(why));
  store(p + 2, static_cast<std::uint16_t>(words.size()));
  store(p + 4, frames);
  store(p + 8, bulks);
  copy(words, p + goodbye_size);
  return message;
}

std::optional<goodbye> goodbye::decode(std::span<std::byte const> content) {
  if (content.size() < goodbye_size) return {};
  auto const* p = content.data();
  std::size_t const n = load<std::uint16_t>(p + 2);
  if (content.size() != goodbye_size + n || n > longest_text) return {};
  return goodbye{code_of(load<std::uint16_t>(p)), load<std::uint32_t>(p + 4), load<std::uint32_t>(p + 8),
                 printable(text_at(content, goodbye_size, n))};
}

void lifeline_reader::feed(std::span<std::byte const> received) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  buffer_.insert(buffer_.end(), received.begin(), received.end());
}

lifeline_reader::outcome lifeline_reader::next(item& out) {
  auto const left = std::span(buffer_).subspan(begin_);
  // Judged byte by byte: who speaks something else may never send eight.
  for (std::size_t i = 0; i != std::min(wire_magic.size(), left.size() - std::min<std::size_t>(1, left.size())); ++i)
    if (left[1 + i] != wire_magic[i]) return outcome::malformed;
  if (left.size() < preamble_size) return outcome::more;
  auto const kind = load<std::uint8_t>(left.data() + 4);
  // A refusal is the same in every version.
  if (load<std::uint8_t>(left.data()) != wire_version && kind != static_cast<std::uint8_t>(lifeline_kind::refusal))
    return outcome::version;
  std::size_t const size = load<std::uint16_t>(left.data() + 6);
  bool const carries = kind == static_cast<std::uint8_t>(lifeline_kind::message);
  if (kind < 1 || kind > 6 || load<std::uint8_t>(left.data() + 5) != 0 ||
      size > (carries ? longest_lifeline_message : longest_content))
    return outcome::malformed;
  if (left.size() - preamble_size < size) return outcome::more;
  out = {static_cast<lifeline_kind>(kind), left.subspan(preamble_size, size)};
  begin_ += preamble_size + size;
  return outcome::item;
}

}  // namespace weft::ofi
