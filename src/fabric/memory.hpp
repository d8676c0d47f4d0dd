// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/handle.hpp"

#include <rdma/fi_domain.h>

#include <cstddef>
#include <span>
#include <utility>

namespace weft::fabric {

class rdm_endpoint;

/// Memory that an endpoint may send from and receive into. Registers it where the provider wants that
/// (FI_MR_LOCAL), and does nothing where it does not. Lives no longer than the endpoint, and no shorter than what is
/// posted from it.
/// Thread safety: make() and the destructor from any thread.
class region {
 public:
  region() noexcept = default;
  static setup<region> make(rdm_endpoint const&, std::span<std::byte>);

  /// For every call that posts from this memory; null when the provider does not want one.
  void* descriptor() const noexcept { return descriptor_; }
  bool is_registered() const noexcept { return mr_ != nullptr; }

 private:
  explicit region(handle<fid_mr> mr) noexcept : mr_(std::move(mr)), descriptor_(fi_mr_desc(mr_.get())) {}

  handle<fid_mr> mr_;
  void* descriptor_ = nullptr;
};

}  // namespace weft::fabric
