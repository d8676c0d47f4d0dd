// SPDX-License-Identifier: MIT
#pragma once

#include <rdma/fabric.h>

#include <memory>

namespace weft::fabric {

struct close_fid {
  template <class Fid>
  void operator()(Fid* f) const noexcept {
    fi_close(&f->fid);
  }
};

/// Owns any libfabric object. Close order is member order, reversed: declare what you depend on first.
template <class Fid>
using handle = std::unique_ptr<Fid, close_fid>;

}  // namespace weft::fabric
