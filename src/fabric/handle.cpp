// SPDX-License-Identifier: MIT
#include <weft/fabric/handle.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>

namespace weft::fabric {

void close_fid::operator()(fid_fabric* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_domain* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_ep* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_pep* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_av* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_cq* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_eq* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_cntr* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_mr* f) const noexcept { fi_close(&f->fid); }
void close_fid::operator()(fid_wait* f) const noexcept { fi_close(&f->fid); }

}  // namespace weft::fabric
