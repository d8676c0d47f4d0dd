// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/fabric/info.hpp>
#include <weft/result.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace weft::fabric {

/// An opened fabric: fi_fabric(3). What event queues and passive endpoints are opened in.
/// Shared by what is opened in it, so it closes last. Thread safety: any thread.
class WEFT_API network {
 public:
  /// The one that discover() has found.
  static setup<std::shared_ptr<network const>> open(info const& chosen);

  std::string_view provider() const noexcept { return provider_; }      ///< as libfabric names it
  fid_fabric* native_handle() const noexcept { return fabric_.get(); }  ///< for other calls; stays this one's

 private:
  friend class domain;
  friend class event_queue;
  network(std::string_view provider, handle<fid_fabric> f) : provider_(provider), fabric_(std::move(f)) {}

  std::string provider_;
  // While a domain is opened, or events are read: net of 1.17 moves all domains then, also one that is half made.
  mutable std::mutex domains_;
  handle<fid_fabric> fabric_;
};

/// An opened domain, one interface or device: fi_domain(3). What endpoints, queues and memory belong to.
/// Shared by what is opened in it, so it closes last. Thread safety: any thread.
class WEFT_API domain {
 public:
  /// With a fabric of its own, or in one that is open. tcp takes no MSG and RDM endpoints in one domain.
  ///@{
  static setup<std::shared_ptr<domain const>> open(info const& chosen);
  static setup<std::shared_ptr<domain const>> open(std::shared_ptr<network const>, info const& chosen);
  ///@}

  fabric::info const& info() const noexcept { return info_; }                         ///< what it was opened with
  std::shared_ptr<network const> const& parent() const noexcept { return network_; }  ///< where event queues belong
  fid_domain* native_handle() const noexcept { return domain_.get(); }  ///< for other calls; stays this one's

 private:
  domain(fabric::info chosen, std::shared_ptr<network const> n, handle<fid_domain> d) noexcept
      : info_(std::move(chosen)), network_(std::move(n)), domain_(std::move(d)) {}

  fabric::info info_;
  std::shared_ptr<network const> network_;
  handle<fid_domain> domain_;
};

}  // namespace weft::fabric
