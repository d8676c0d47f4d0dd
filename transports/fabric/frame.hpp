// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "fabric/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weft::ofi {

inline constexpr std::size_t frame_header_size = 12;
inline constexpr std::size_t record_header_size = 8;
inline constexpr std::size_t smallest_frame = 1024;
inline constexpr std::size_t largest_frame = 65536;

enum class frame_kind : std::uint8_t { data = 0, control = 1, acknowledgement = 2 };

/// What every frame says (docs/wire-fabric.md, section 3).
struct frame_header {
  frame_kind kind = frame_kind::data;
  std::uint16_t control_seen = 0;
  std::uint32_t sequence = 0;
  std::uint32_t consumed = 0;

  void write(std::byte* to) const noexcept {
    store<std::uint8_t>(to, wire_version);
    store(to + 1, static_cast<std::uint8_t>(kind));
    store(to + 2, control_seen);
    store(to + 4, sequence);
    store(to + 8, consumed);
  }
  /// Nothing for what is no frame.
  static std::optional<frame_header> read(std::span<std::byte const> frame) noexcept {
    if (frame.size() < frame_header_size || load<std::uint8_t>(frame.data()) != wire_version) return {};
    auto const kind = load<std::uint8_t>(frame.data() + 1);
    if (kind > static_cast<std::uint8_t>(frame_kind::acknowledgement)) return {};
    return frame_header{static_cast<frame_kind>(kind), load<std::uint16_t>(frame.data() + 2),
                        load<std::uint32_t>(frame.data() + 4), load<std::uint32_t>(frame.data() + 8)};
  }
};

enum class record_kind : std::uint8_t { message = 1, request = 2, clear = 3, offer = 4, taken = 5 };

/// A record as it lies in a frame: its words and its content are views.
struct record {
  record_kind kind;
  std::span<std::byte const> words;  // four bytes each
  std::span<std::byte const> content;

  std::size_t word_count() const noexcept { return words.size() / 4; }
  void words_into(header& h) const {
    for (std::size_t i = 0; i != words.size(); i += 4) h.push(load<std::uint32_t>(words.data() + i));
  }
};

/// Takes a frame apart, record by record. Untrusted bytes: nothing is read beyond them.
class record_reader {
 public:
  enum class outcome { record, end, malformed };

  record_reader() noexcept = default;
  explicit record_reader(std::span<std::byte const> frame, std::size_t at = frame_header_size) noexcept
      : frame_(frame), at_(at) {}

  std::size_t position() const noexcept { return at_; }
  bool at_end() const noexcept { return at_ == frame_.size(); }
  /// The next record, which stays the next.
  outcome peek(record& out) const noexcept {
    if (at_ > frame_.size()) return outcome::malformed;
    std::size_t left = frame_.size() - at_;
    if (left == 0) return outcome::end;
    if (left < record_header_size) return outcome::malformed;
    auto const* p = frame_.data() + at_;
    auto const kind = static_cast<record_kind>(load<std::uint8_t>(p));
    std::size_t const words = load<std::uint16_t>(p + 2);
    std::size_t const content = load<std::uint32_t>(p + 4);
    if (kind < record_kind::message || kind > record_kind::taken) return outcome::malformed;
    if (load<std::uint8_t>(p + 1) != 0 || words > header::capacity) return outcome::malformed;
    if (words != 0 && !has_words(kind)) return outcome::malformed;
    left -= record_header_size;
    if (4 * words > left || content > left - 4 * words) return outcome::malformed;
    p += record_header_size;
    out = {kind, {p, 4 * words}, {p + 4 * words, content}};
    return outcome::record;
  }
  /// Done with that.
  void skip(record const& seen) noexcept {
    at_ = static_cast<std::size_t>(seen.content.data() + seen.content.size() - frame_.data());
  }
  outcome next(record& out) noexcept {
    auto const found = peek(out);
    if (found == outcome::record) skip(out);
    return found;
  }

 private:
  static bool has_words(record_kind k) noexcept {
    return k == record_kind::message || k == record_kind::request || k == record_kind::offer;
  }

  std::span<std::byte const> frame_;
  std::size_t at_ = 0;
};

/// Where a body can be read: what the sender's provider calls it.
struct remote_memory {
  std::uint64_t address = 0;
  std::uint64_t key = 0;
};

/// The request for a transfer, or the offer of one: the content of its record.
struct transfer_request {
  static constexpr std::size_t size_on_wire = 12;
  static constexpr std::size_t offer_on_wire = size_on_wire + 16;
  std::uint64_t size = 0;
  std::uint32_t transfer = 0;
  std::optional<remote_memory> from = {};  // an offer's

  static std::optional<transfer_request> read(record const&) noexcept;
};

/// What clears chunks of a transfer to be sent: the content of its record.
struct clearance {
  static constexpr std::size_t size_on_wire = 24;
  std::uint32_t transfer = 0;
  std::uint32_t first_id = 0;
  std::uint64_t offset = 0;
  std::uint32_t chunk = 0;
  std::uint32_t count = 0;

  static std::optional<clearance> read(record const&) noexcept;
};

/// The transfer whose body has been read: the content of its record. Nothing for what is no such record.
std::optional<std::uint32_t> read_taken(record const&) noexcept;

inline constexpr std::size_t taken_record_size = record_header_size + 4;
inline constexpr std::size_t clear_record_size = record_header_size + clearance::size_on_wire;

inline std::size_t message_record_size(message const& m) noexcept {
  return record_header_size + 4 * m.header().size() + m.size();
}
inline std::size_t request_record_size(message const& m, bool offered = false) noexcept {
  return record_header_size + 4 * m.header().size() +
         (offered ? transfer_request::offer_on_wire : transfer_request::size_on_wire);
}

/// Puts records behind one another into memory that is large enough.
class record_writer {
 public:
  explicit record_writer(std::byte* at) noexcept : at_(at) {}
  std::byte* end() const noexcept { return at_; }

  void add_message(message const& m) noexcept {
    add_message_head(m);
    copy(m.body());
  }
  /// Only what stands in front of the body.
  void add_message_head(message const& m) noexcept { open(record_kind::message, m.header(), m.size()); }
  /// \param from where it can be read, if it is offered
  void add_request(message const& m, std::uint32_t transfer, std::optional<remote_memory> const& from = {}) noexcept;
  void add_clear(clearance const&) noexcept;
  void add_taken(std::uint32_t transfer) noexcept;

 private:
  void open(record_kind kind, header const& h, std::size_t content) noexcept {
    store(at_, static_cast<std::uint8_t>(kind));
    store<std::uint8_t>(at_ + 1, 0);
    store(at_ + 2, static_cast<std::uint16_t>(h.size()));
    store(at_ + 4, static_cast<std::uint32_t>(content));
    at_ += record_header_size;
    for (auto const word : h.words()) {
      store(at_, word);
      at_ += 4;
    }
  }
  void copy(std::span<std::byte const> bytes) noexcept {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  std::byte* at_;
};

}  // namespace weft::ofi
