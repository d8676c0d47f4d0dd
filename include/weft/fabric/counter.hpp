// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <cstdint>
#include <memory>
#include <system_error>

namespace weft::fabric {

class domain;

/// Counts operations that have ended, without saying which: fi_cntr(3). For endpoint_bindings.
/// Thread safety: any thread.
class WEFT_API counter {
 public:
  /// At 0. An endpoint is opened with it as endpoint_bindings::sends_counted or receives_counted.
  static setup<std::shared_ptr<counter>> open(std::shared_ptr<domain const>);

  std::uint64_t value() const noexcept;   ///< operations that have ended well
  std::uint64_t errors() const noexcept;  ///< operations that have failed: not in value()
  /// To value(), which may say so a little later. To set it wants nothing in flight.
  ///@{
  std::error_code add(std::uint64_t) noexcept;
  std::error_code set(std::uint64_t) noexcept;
  ///@}

  /// Until value() is at least that. \return errc::canceled, timed_out; or FI_EAVAIL when an operation has failed
  /// meanwhile. Where operations move only when completions are read (manual progress), somebody must read them.
  std::error_code wait(std::uint64_t threshold, op_options const&);

  fid_cntr* native_handle() const noexcept { return counter_.get(); }  ///< for other calls; stays this one's

 private:
  counter(std::shared_ptr<domain const>, handle<fid_cntr>) noexcept;

  std::shared_ptr<domain const> domain_;
  handle<fid_cntr> counter_;
};

}  // namespace weft::fabric
