// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <optional>

namespace weft::nanomsg {

/// The memory behind NN_MSG. A pointer given out here is either one of ours, with a note in front of it, or the body of
/// a large received message, which is kept by its address so that it need not be copied.
/// Thread safety: all functions, on different pointers.

/// \return null when there is not so much
void* allocate(std::size_t size) noexcept;
/// As realloc(). \return null, with the old memory as it was, when there is not so much or `p` is not ours
void* reallocate(void* p, std::size_t size) noexcept;
/// \return whether it was ours
bool release(void* p) noexcept;
/// \return nothing when `p` is not ours
std::optional<std::size_t> size_of(void* p) noexcept;

/// A message made of memory given out. The memory stays the caller's until committed.
class lent_message {
 public:
  /// valid() says whether `p` was ours.
  explicit lent_message(void* p);
  lent_message(lent_message const&) = delete;
  lent_message& operator=(lent_message const&) = delete;
  ~lent_message();

  bool valid() const noexcept { return valid_; }
  message& get() noexcept { return message_; }
  /// It was sent: the memory is the caller's no more.
  void commit() noexcept { sent_ = true; }

 private:
  void* const memory_;
  message message_;
  ext::block* block_ = nullptr;
  bool valid_ = false;
  bool kept_ = false;  // by its address, before
  bool sent_ = false;
};

/// The body of a message as memory given out. \throws std::bad_alloc
void* give_out(message&&);

}  // namespace weft::nanomsg
