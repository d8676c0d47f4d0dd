// SPDX-License-Identifier: MIT
#include "fabric/domain.hpp"

#include "fabric/error.hpp"

namespace weft::fabric {

setup<std::shared_ptr<domain const>> domain::open(fabric::info const& chosen) {
  fabric::info own(chosen);
  auto f = fabric::open<fid_fabric>("fi_fabric", [&](auto** out) { return fi_fabric(own->fabric_attr, out, nullptr); });
  if (!f) return f.error();
  auto d =
      fabric::open<fid_domain>("fi_domain", [&](auto** out) { return fi_domain(f->get(), own.get(), out, nullptr); });
  if (!d) return d.error();
  return std::shared_ptr<domain const>(new domain(std::move(own), *std::move(f), *std::move(d)));
}

}  // namespace weft::fabric
