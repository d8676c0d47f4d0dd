// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <memory>

struct fi_info;
struct fid_fabric;
struct fid_domain;
struct fid_ep;
struct fid_pep;
struct fid_av;
struct fid_cq;
struct fid_eq;
struct fid_cntr;
struct fid_mr;
struct fid_wait;

namespace weft::fabric {

/// Closes any of libfabric's objects: fi_close(3).
struct WEFT_API close_fid {
  /// What fi_close() returns is lost: one that is still in use stays open.
  ///@{
  void operator()(fid_fabric*) const noexcept;
  void operator()(fid_domain*) const noexcept;
  void operator()(fid_ep*) const noexcept;
  void operator()(fid_pep*) const noexcept;
  void operator()(fid_av*) const noexcept;
  void operator()(fid_cq*) const noexcept;
  void operator()(fid_eq*) const noexcept;
  void operator()(fid_cntr*) const noexcept;
  void operator()(fid_mr*) const noexcept;
  void operator()(fid_wait*) const noexcept;
  ///@}
};

/// Owns any libfabric object. Close order is member order, reversed: declare what you depend on first.
template <class Fid>
using handle = std::unique_ptr<Fid, close_fid>;

}  // namespace weft::fabric
