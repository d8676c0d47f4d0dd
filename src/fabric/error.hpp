// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/error.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/result.hpp>

#include <rdma/fi_errno.h>

#include <string>
#include <system_error>

namespace weft::fabric {

/// From what a libfabric call returned: negative is an error.
inline std::error_code error(long rc) noexcept {
  return rc < 0 ? std::error_code(static_cast<int>(-rc), category()) : std::error_code();
}

/// The call did nothing: its queue is full, or its peer is not connected (the providers do not tell which).
constexpr bool is_again(long rc) noexcept { return rc == -FI_EAGAIN; }

/// For a person: "fi_domain: no such device".
failure failed(std::string_view call, long rc);

/// Calls a libfabric function that makes an object and puts its address where it is told.
template <class Fid, class Open>
setup<handle<Fid>> open(std::string_view call, Open&& make) {
  Fid* raw = nullptr;
  if (long const rc = make(&raw); rc < 0) return failed(call, rc);
  return handle<Fid>(raw);
}

}  // namespace weft::fabric
