// SPDX-License-Identifier: MIT
// What programs that talk by weft::fabric agree on: how an end is named in their arguments, and in what they say.
#pragma once

#include <weft/fabric/client_options.hpp>
#include <weft/fabric/info.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::fabric {

inline std::string hex(std::span<std::byte const> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto const b : bytes) {
    text += digits[std::to_integer<std::size_t>(b >> 4)];
    text += digits[std::to_integer<std::size_t>(b & std::byte{15})];
  }
  return text;
}

inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned b = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, b, 16);
    bytes.push_back(static_cast<std::byte>(b));
  }
  return bytes;
}

/// `kind` is "MSG" or "RDM".
inline client_options options_of(std::string provider, std::string_view kind, std::string node) {
  return {.provider = std::move(provider),
          .type = kind == "MSG" ? endpoint_type::msg : endpoint_type::rdm,
          .node = std::move(node),
          .max_message = 1 << 20,
          .send_buffers = 4,
          .receive_buffers = 4};
}

/// An endpoint that reads and writes memory, and does as much more as the provider has.
inline info richest(client_options const& o) {
  hints h{.of = end::local, .provider = o.provider, .type = o.type};
  if (o.provider != "shm") h.node = o.node;
  auto const least = capability::msg | capability::rma;
  for (auto const more : {capability::tagged | capability::atomic, capability::tagged, capability::none}) {
    h.capabilities = least | more;
    if (auto found = discover(h)) return std::move(found->front());
  }
  return discover(h).value().front();
}

/// The memory of fabric_memory.
inline constexpr std::size_t memory_bytes = 1 << 20;
struct memory_place {
  std::uint64_t address, key;
};
/// What it is asked with, and answers with, where there are tags.
inline constexpr std::uint64_t asking = 1, answering = 2;

}  // namespace weft::fabric
