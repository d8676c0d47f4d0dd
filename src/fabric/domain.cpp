// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_domain.h>

namespace weft::fabric {

setup<std::shared_ptr<network const>> network::open(info const& chosen) {
  auto f =
      fabric::open<fid_fabric>("fi_fabric", [&](auto** out) { return fi_fabric(chosen->fabric_attr, out, nullptr); });
  if (!f) return f.error();
  return std::shared_ptr<network const>(new network(chosen.provider(), *std::move(f)));
}

setup<std::shared_ptr<domain const>> domain::open(fabric::info const& chosen) {
  auto in = network::open(chosen);
  if (!in) return in.error();
  return open(*std::move(in), chosen);
}

setup<std::shared_ptr<domain const>> domain::open(std::shared_ptr<network const> in, fabric::info const& chosen) {
  fabric::info own(chosen);
  std::unique_lock lock(in->domains_);
  auto d = fabric::open<fid_domain>(
      "fi_domain", [&](auto** out) { return fi_domain(in->native_handle(), own.native_handle(), out, nullptr); });
  lock.unlock();
  if (!d) return d.error();
  return std::shared_ptr<domain const>(new domain(std::move(own), std::move(in), *std::move(d)));
}

}  // namespace weft::fabric
