// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// `scheme://host:port/path?key=value&...` (RFC 3986 as far as messaging needs it; nothing is decoded).
/// `[::1]:7000` loses its brackets. For `inproc://`, `ofi+shm://` and the like the host is the whole name,
/// slashes included.
struct url {
  std::string scheme;
  std::string host;                   ///< empty or "*": every address
  std::optional<std::uint16_t> port;  ///< 0: the system chooses
  std::string path;                   ///< with its leading slash; empty when there is none
  std::map<std::string, std::string, std::less<>> query;

  /// \return the parts, or invalid_url naming the part at fault. Thread safety: any.
  WEFT_API static setup<url> parse(std::string_view text);

  std::string query_or(std::string_view key, std::string_view fallback) const {
    auto it = query.find(key);
    return it == query.end() ? std::string(fallback) : it->second;
  }
  /// The text it could have been parsed from.
  WEFT_API std::string to_string() const;
};

}  // namespace weft
