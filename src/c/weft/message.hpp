// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/message.h>
#include <weft/message.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

/// What C's messages are.
struct weft_message {
  weft::message it;
  std::uint64_t socket = 0;  // that received it
};

namespace weft::capi {

inline weft_message* wrap(message&& m, std::uint64_t socket = 0) { return new weft_message{std::move(m), socket}; }

/// A size that memory can have. \throws std::bad_alloc
std::size_t possible(std::size_t);
/// A caller's bytes. \throws refusal for null, std::bad_alloc for more than there can be
std::span<std::byte const> bytes(void const* data, std::size_t size);

}  // namespace weft::capi
