// SPDX-License-Identifier: MIT
#include "fabric/region.hpp"

#include "fabric/rdm_endpoint.hpp"

namespace weft::fabric {

setup<region> region::make(rdm_endpoint const& at, std::span<std::byte> memory) {
  if (!at.info().registers_locally()) return region();
  region_options options;
  options.belongs_to = &at.face();
  auto made = memory_region::make(at.domain(), memory, memory_access::send | memory_access::recv, options);
  if (!made) return made.error();
  return region(*std::move(made));
}

}  // namespace weft::fabric
