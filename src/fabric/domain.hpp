// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/handle.hpp"
#include "fabric/info.hpp"

#include <rdma/fi_domain.h>

#include <memory>
#include <utility>

namespace weft::fabric {

/// An opened fabric and domain. Shared by what is opened in it, so it closes last.
/// Thread safety: any thread.
class domain {
 public:
  static setup<std::shared_ptr<domain const>> open(info const& chosen);

  fabric::info const& info() const noexcept { return info_; }
  fid_fabric* fabric() const noexcept { return fabric_.get(); }
  fid_domain* get() const noexcept { return domain_.get(); }

 private:
  domain(fabric::info chosen, handle<fid_fabric> f, handle<fid_domain> d) noexcept
      : info_(std::move(chosen)), fabric_(std::move(f)), domain_(std::move(d)) {}

  fabric::info info_;
  handle<fid_fabric> fabric_;
  handle<fid_domain> domain_;
};

}  // namespace weft::fabric
