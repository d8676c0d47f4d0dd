// SPDX-License-Identifier: MIT
#include "fabric/region.hpp"

#include "fabric/port.hpp"

namespace weft::fabric {

registrar::registrar(port const& p) : in(p.domain()), with(&p.face()) {}

setup<region> region::make(registrar const& r, std::span<std::byte> memory) {
  if (!r.in->info().registers_locally()) return region();
  region_options options;
  options.belongs_to = r.with;
  auto made = memory_region::make(r.in, memory, memory_access::send | memory_access::recv, options);
  if (!made) return made.error();
  return region(*std::move(made));
}

}  // namespace weft::fabric
