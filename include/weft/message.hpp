// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace weft {

/// Names one pipe of one socket; never used again by that socket. Zero is nobody.
enum class pipe_id : std::uint32_t {};

/// The words a protocol puts in front of a body: hops, then a request id. The last pushed is the top.
/// Five words live in place; a longer path (up to 255 hops) moves to the heap.
class WEFT_API header {
 public:
  static constexpr std::size_t capacity = 256;

  header() noexcept = default;
  header(header&& other) noexcept : words_(other.words_), size_(std::exchange(other.size_, 0)) {}
  header& operator=(header&& other) noexcept {
    clear();
    words_ = other.words_;
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~header() { clear(); }

  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ == capacity; }
  std::size_t size() const noexcept { return size_; }

  /// The words in the order they stand on the wire, outermost hop first.
  std::span<std::uint32_t const> words() const noexcept { return {data(), size_}; }
  std::uint32_t top() const noexcept { return data()[size_ - 1]; }

  void push(std::uint32_t word) {  ///< \pre !full()
    if (size_ >= in_place) {
      grow();
      heap()[size_++] = word;
    } else {
      words_[size_++] = word;
    }
  }
  std::uint32_t pop() noexcept {  ///< \pre !empty()
    std::uint32_t const word = top();
    if (size_ == in_place + 1) shrink();
    --size_;
    return word;
  }
  /// The same at the other end: the outermost hop.
  void push_front(std::uint32_t word) {  ///< \pre !full()
    push(word);
    std::rotate(data(), data() + size_ - 1, data() + size_);
  }
  std::uint32_t pop_front() noexcept {  ///< \pre !empty()
    std::rotate(data(), data() + 1, data() + size_);
    return pop();
  }
  void clear() noexcept {
    if (size_ > in_place) release();
    size_ = 0;
  }
  header copy() const {
    header h;
    for (auto w : words()) h.push(w);
    return h;
  }

 private:
  static constexpr std::uint16_t in_place = 5;

  std::uint32_t* data() noexcept { return size_ > in_place ? heap() : words_.data(); }
  std::uint32_t const* data() const noexcept { return size_ > in_place ? heap() : words_.data(); }
  std::uint32_t* heap() const noexcept {
    std::uint32_t* p;
    std::memcpy(&p, words_.data(), sizeof p);
    return p;
  }
  void grow();
  void shrink() noexcept;
  void release() noexcept;

  // In place, or, past that, the address of a heap array of `capacity` words.
  std::array<std::uint32_t, in_place> words_;
  std::uint16_t size_ = 0;
};

namespace ext {

/// The shared memory under a body. Freed by whoever drops the last reference, from any thread.
struct block {
  std::atomic<std::uint32_t> references{1};
  std::uint32_t size_class = 0;
  std::byte* data = nullptr;
  std::size_t capacity = 0;
  void (*release)(block*) noexcept = nullptr;
};

/// Memory of at least `size` bytes from the process's pools. \throws std::bad_alloc
WEFT_API block* allocate_block(std::size_t size);

inline void drop(block* b) noexcept {
  if (b->references.load(std::memory_order_acquire) == 1 || b->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    b->release(b);
}

}  // namespace ext

/// What a WebSocket calls a message (RFC 6455, section 5.6): on connections that know both. On one whose
/// websocket_options::frames is `binary`, and on all that are no WebSockets, it means nothing.
enum class websocket_kind : std::uint8_t {
  unsaid,  ///< to be sent as websocket_options::frames has it
  text,    ///< the bytes are UTF-8
  binary,
};

/// A header and a body. Bodies of up to 64 bytes live inside the message; larger ones in a block that
/// messages may share(). A message moves; it is never copied behind your back.
///
/// Thread safety: distinct messages, also those that share a body, may be used from different threads.
/// Cost: a move copies 128 bytes at most and never allocates.
class WEFT_API message {
 public:
  static constexpr std::size_t inline_size = 64;
  /// Eight bytes more than promised: a 64-byte body still fits with a request id and a hop in front of it.
  static constexpr std::size_t most_inline = inline_size + 8;

  message() noexcept = default;
  explicit message(std::span<std::byte const> bytes) : message(uninitialized(bytes.size())) {
    if (!bytes.empty()) std::memcpy(data(), bytes.data(), bytes.size());
  }
  explicit message(std::string_view text) : message(std::as_bytes(std::span(text.data(), text.size()))) {}

  message(message&& other) noexcept : header_(std::move(other.header_)), source_(other.source_) { take(other); }
  message& operator=(message&& other) noexcept {
    if (this == &other) return *this;
    if (block_) ext::drop(block_);
    header_ = std::move(other.header_);
    source_ = other.source_;
    take(other);
    return *this;
  }
  ~message() {
    if (block_) ext::drop(block_);
  }

  /// A body of `size` bytes to be written through mutable_body(). \throws std::bad_alloc
  static message uninitialized(std::size_t size) {
    message m;
    m.size_ = size;
    if (size > most_inline) m.adopt_block(ext::allocate_block(size));
    return m;
  }

  /// Sends the caller's own memory without a copy. `release` runs exactly once, from any thread, when
  /// the last message on these bytes is gone; until then nobody may write to them.
  static message adopt(std::span<std::byte> bytes, std::function<void()> release);

  /// A view of `size` bytes at `data` inside `b`, whose reference it takes over.
  static message slice(ext::block* b, std::byte* data, std::size_t size) noexcept {
    message m;
    m.block_ = b;
    m.data_ = data;
    m.size_ = size;
    return m;
  }

  /// Begins anew, with a body of these bytes, which are not its own. \throws std::bad_alloc
  void assign(std::span<std::byte const> bytes) {
    if (block_ || bytes.size() > most_inline) {
      *this = message(bytes);
      return;
    }
    header_.clear();
    source_ = {};
    kind_ = websocket_kind::unsaid;
    offset_ = 0;
    size_ = bytes.size();
    // Not memcpy: where the compiler knows how little it is, GCC 12 makes a string instruction of that, which is slower
    // than the call.
    if (!bytes.empty()) std::memmove(inline_.data(), bytes.data(), bytes.size());
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::span<std::byte const> body() const noexcept { return {data(), size_}; }
  std::string_view text() const noexcept { return {reinterpret_cast<char const*>(data()), size_}; }

  /// The body, to write to. \pre unique()
  std::span<std::byte> mutable_body() noexcept { return {data(), size_}; }
  /// Whether the body lives inside the message: always when it is made with `inline_size` bytes at most.
  bool is_inline() const noexcept { return !block_; }
  /// Whether no other message shares this body.
  bool unique() const noexcept { return !block_ || block_->references.load(std::memory_order_acquire) == 1; }

  /// Another message on the same body, header included. Both are read-only until one of them is gone.
  message share() const;
  /// Another message with a body of its own.
  message copy() const;

  void append(std::span<std::byte const> bytes);  ///< copies when the body is shared or full
  void trim(std::size_t front) noexcept;          ///< drops bytes from the front. \pre front <= size()
  void chop(std::size_t back) noexcept {          ///< drops bytes from the back. \pre back <= size()
    size_ -= back;
  }

  weft::header& header() noexcept { return header_; }
  weft::header const& header() const noexcept { return header_; }

  /// Moves the first four bytes of the body, big endian, to the header; empty when there are none
  /// or the header is full.
  std::optional<std::uint32_t> pull_word() {
    if (size_ < 4 || header_.full()) return {};
    std::uint32_t w;
    std::memcpy(&w, data(), 4);
    w = __builtin_bswap32(w);
    trim(4);
    header_.push(w);
    return w;
  }

  /// The pipe this message came from; zero for one made here.
  pipe_id source() const noexcept { return source_; }
  void set_source(pipe_id p) noexcept { source_ = p; }

  /// How it came over a WebSocket, and how it is to be sent over one.
  websocket_kind kind() const noexcept { return kind_; }
  void set_kind(websocket_kind k) noexcept { kind_ = k; }

 private:
  std::byte* data() noexcept { return block_ ? data_ : inline_.data() + offset_; }
  std::byte const* data() const noexcept { return block_ ? data_ : inline_.data() + offset_; }

  void adopt_block(ext::block* b) noexcept {
    block_ = b;
    data_ = b->data;
  }
  void take(message& other) noexcept {
    block_ = std::exchange(other.block_, nullptr);
    data_ = other.data_;
    size_ = std::exchange(other.size_, 0);
    offset_ = std::exchange(other.offset_, std::uint16_t{0});
    kind_ = other.kind_;
    if (!block_) inline_ = other.inline_;
  }

  weft::header header_;
  std::uint16_t offset_ = 0;  // of an inline body
  websocket_kind kind_ = websocket_kind::unsaid;
  pipe_id source_{};
  ext::block* block_ = nullptr;
  std::byte* data_ = nullptr;  // meaningful with a block only
  std::size_t size_ = 0;
  std::array<std::byte, most_inline> inline_;
};

}  // namespace weft
