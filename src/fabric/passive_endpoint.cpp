// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>
#include <weft/fabric/error.hpp>
#include <weft/fabric/passive_endpoint.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_endpoint.h>

namespace weft::fabric {

passive_endpoint::passive_endpoint(std::shared_ptr<network const> n, std::shared_ptr<event_queue> q, info of) noexcept
    : network_(std::move(n)), events_(std::move(q)), of_(std::move(of)) {}

setup<std::unique_ptr<passive_endpoint>> passive_endpoint::open(std::shared_ptr<network const> in, info const& of,
                                                                std::shared_ptr<event_queue> events) {
  if (!events) {
    auto made = event_queue::open(in);
    if (!made) return made.error();
    events = *std::move(made);
  }
  std::unique_ptr<passive_endpoint> e(new passive_endpoint(std::move(in), std::move(events), of));
  auto made = fabric::open<fid_pep>("fi_passive_ep", [&](auto** out) {
    return fi_passive_ep(e->network_->native_handle(), e->of_.native_handle(), out, nullptr);
  });
  if (!made) return made.error();
  e->endpoint_ = *std::move(made);
  if (long const rc = fi_pep_bind(e->native_handle(), &e->events_->native_handle()->fid, 0); rc < 0)
    return failed("fi_pep_bind", rc);
  if (long const rc = fi_listen(e->native_handle()); rc < 0) return failed("fi_listen", rc);
  return e;
}

raw_address passive_endpoint::address() const {
  raw_address own(longest_address);
  std::size_t size = own.size();
  if (fi_getname(&endpoint_->fid, own.data(), &size) < 0) size = 0;
  own.resize(std::min(size, own.size()));
  return own;
}

result<event> passive_endpoint::next_request(op_options const& options) {
  for (;;) {
    auto e = events_->read(options, &endpoint_->fid);
    if (!e) return e;
    if (e->what == event::kind::failed) return e->error;
    if (e->request) return e;  // what else comes says nothing of a connection
  }
}

std::error_code passive_endpoint::reject(event const& request, std::span<std::byte const> why) noexcept {
  if (!request.request) return misuse::not_offered;
  return error(fi_reject(endpoint_.get(), (*request.request)->handle, why.data(), why.size()));
}

}  // namespace weft::fabric
