// SPDX-License-Identifier: MIT
#include "encodings.hpp"

#include <cstddef>
#include <cstdint>

namespace weftcat {

namespace {

/// What may follow a first byte: how many bytes, and the bounds of the first of them.
struct sequence {
  std::size_t more;
  unsigned char from = 0x80, to = 0xbf;
};

constexpr std::size_t none = 4;

sequence after(unsigned char first) {
  if (first < 0x80) return {0};
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {none};
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto const [more, from, to] = after(static_cast<unsigned char>(text[0]));
    if (more == none || text.size() <= more) return false;
    for (std::size_t i = 1; i <= more; ++i) {
      auto const byte = static_cast<unsigned char>(text[i]);
      if (byte < (i == 1 ? from : 0x80) || byte > (i == 1 ? to : 0xbf)) return false;
    }
    text.remove_prefix(more + 1);
  }
  return true;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = i; k != i + 3; ++k) group = group << 8 | (k < bytes.size() ? std::uint8_t(bytes[k]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) out += digits[group >> shift & 63];
    if (auto const missing = i + 3 - bytes.size(); i + 3 > bytes.size())
      out.replace(out.size() - missing, missing, missing, '=');
  }
  return out;
}

}  // namespace weftcat
