// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <system_error>

namespace weft::fabric {

/// libfabric's error numbers with libfabric's words: fi_errno(3). Those below 256 are errno's and compare equal to
/// std::errc conditions; FI_ETRUNC is std::errc::message_size. A full queue, or a peer that is not connected (the
/// providers do not tell which), is std::errc::resource_unavailable_try_again.
WEFT_API std::error_category const& category() noexcept;

/// What weft::fabric refuses before it reaches a provider, which would say EINVAL, or crash.
enum class misuse {
  not_registered = 1,  ///< the provider wants registered memory (memory_mode::local), and the buffer has no descriptor
  /// More than info::iov_limit(), receive_iov_limit() or mr_iov_limit(), or of one operation more than 16, whatever the
  /// provider takes (std::errc::argument_list_too_long).
  too_many_pieces = 2,
  not_offered = 3,          ///< the endpoint was opened without that capability (std::errc::not_supported)
  context_busy = 4,         ///< an operation is in flight with that context (std::errc::device_or_resource_busy)
  context_released = 5,     ///< the context was released (std::errc::owner_dead)
  insufficient_access = 6,  ///< the region was registered without that access (std::errc::permission_denied)
  outside_region = 7,       ///< (std::errc::result_out_of_range)
  old_library = 8,  ///< the libfabric that is running is older than what is asked for (std::errc::not_supported)
};

/// Each compares equal to the std::errc condition named above, those without to std::errc::invalid_argument.
WEFT_API std::error_category const& misuse_category() noexcept;

/// By which a misuse converts to std::error_code.
inline std::error_code make_error_code(misuse m) noexcept { return {static_cast<int>(m), misuse_category()}; }

/// The call did nothing, and may do something later.
inline bool is_again(std::error_code e) noexcept { return e == std::errc::resource_unavailable_try_again; }

}  // namespace weft::fabric

template <>
struct std::is_error_code_enum<weft::fabric::misuse> : std::true_type {};
