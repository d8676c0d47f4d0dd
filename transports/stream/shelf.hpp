// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "stream/frame.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace weft::stream {

/// Where an outbox keeps so many messages: those that are light as a run of bytes, frame behind frame; the others as
/// they are; and of each where in the stream it ends, which is kept when it is gone.
/// Thread safety: the outbox's producer adds; its consumer looks at and removes what was told to it.
class shelf {
 public:
  /// Whether it is kept as bytes: its body lives inside it, and its header as well.
  static bool light(message const& m) noexcept { return m.is_inline() && m.header().size() <= few_words; }

  /// \param places a power of two
  shelf(std::size_t places, std::uint64_t first)
      : mask_(places - 1), first_(first), ends_(new std::uint64_t[places]), run_(new std::byte[places * most_of_one]) {}

  std::size_t places() const noexcept { return mask_ + 1; }
  std::uint64_t end(std::uint64_t i) const noexcept { return ends_[i & mask_] & ~held; }
  bool holds(std::uint64_t i) const noexcept { return ends_[i & mask_] & held; }

  // The producer's.

  /// What is added next lies in front, so that a conversation stays in one place of memory. \pre it is empty
  void begin_at(std::uint64_t i) noexcept {
    first_ = i;
    run_end_ = run_begin_ = 0;
  }
  /// \pre light(m). \param size of its frame
  void add_bytes(std::uint64_t i, framing f, message const& m, std::size_t size, std::uint64_t end) noexcept {
    ends_[i & mask_] = end;
    std::size_t const at = run_end_ & run_mask();
    run_end_ += size;
    if (at + size <= run_mask() + 1) [[likely]]
      return write_frame(f, m, run_.get() + at);
    std::array<std::byte, most_of_one> whole;
    write_frame(f, m, whole.data());
    auto const here = run_mask() + 1 - at;
    std::memcpy(run_.get() + at, whole.data(), here);
    std::memcpy(run_.get(), whole.data() + here, size - here);
  }
  void hold(std::uint64_t i, message&& m, std::uint64_t end) {
    if (!messages_) messages_.reset(new std::byte[places() * sizeof(message)]);
    ends_[i & mask_] = end | held;
    new (&message_at(i)) message(std::move(m));
  }

  // The consumer's.

  /// \pre holds(i)
  message& message_at(std::uint64_t i) const noexcept {
    return reinterpret_cast<message*>(messages_.get())[(i - first_) & mask_];
  }
  /// Of the run, `size` bytes behind the first `from`: two pieces where it begins again in front.
  std::array<std::span<std::byte const>, 2> bytes(std::size_t from, std::size_t size) const noexcept {
    std::size_t const at = (run_begin_ + from) & run_mask();
    auto const here = std::min(size, run_mask() + 1 - at);
    return {{{run_.get() + at, here}, {run_.get(), size - here}}};
  }
  void drop_bytes(std::size_t size) noexcept { run_begin_ += size; }
  void drop_message(std::uint64_t i) noexcept { message_at(i).~message(); }

 private:
  static constexpr std::uint64_t held = std::uint64_t{1} << 63;  // in `ends_`
  static constexpr std::size_t few_words = 5;
  static constexpr std::size_t most_of_one = 128;
  static_assert(longest_prefix + 4 * few_words + message::most_inline <= most_of_one);
  static_assert(alignof(message) <= alignof(std::max_align_t));

  std::size_t run_mask() const noexcept { return places() * most_of_one - 1; }

  std::uint64_t mask_;
  std::uint64_t first_;  // which message lies in the first place
  std::unique_ptr<std::uint64_t[]> ends_;
  std::unique_ptr<std::byte[]> run_;       // has room for as many as there are places
  std::unique_ptr<std::byte[]> messages_;  // places, once one is held
  std::uint64_t run_end_ = 0;
  std::uint64_t run_begin_ = 0;  // the consumer's, but for an empty one
};

}  // namespace weft::stream
