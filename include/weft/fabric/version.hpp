// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/result.hpp>

#include <compare>
#include <optional>
#include <string>

namespace weft::fabric {

/// A version of libfabric's interface: fi_version(3).
struct interface_version {
  unsigned major = 0;  ///< 1 of 1.17
  unsigned minor = 0;  ///< 17 of it

  friend auto operator<=>(interface_version const&, interface_version const&) = default;
};

/// What the headers said when weft was built.
WEFT_API interface_version compiled_version() noexcept;
/// What the library says that is running.
WEFT_API interface_version running_version() noexcept;

/// Whether the running libfabric has at least that interface. \return misuse::old_library, with both versions in words
WEFT_API std::optional<failure> check_running(interface_version least);
/// Whether it has at least the interface that weft was built against: what older ones lack, they lack silently.
WEFT_API std::optional<failure> check_running();

}  // namespace weft::fabric
