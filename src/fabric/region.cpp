// SPDX-License-Identifier: MIT
#include "fabric/region.hpp"

#include <weft/fabric/registered_memory.hpp>

#include "fabric/port.hpp"

namespace weft::fabric {

registrar::registrar(port const& p) : in(p.domain()), with(&p.face()) {}

setup<region> region::make(registrar const& r, std::span<std::byte> memory) {
  if (!r.in->info().registers_locally()) return region();
  if (auto known = registered_memory::find(r.in, memory)) return region(*std::move(known));
  region_options options;
  options.belongs_to = r.with;
  auto made = memory_region::make(r.in, memory, memory_access::send | memory_access::recv, options);
  if (!made) return made.error();
  return region(*std::move(made));
}

setup<region> region::expose(registrar const& r, std::span<std::byte> memory, std::uint64_t key) {
  region_options options;
  options.belongs_to = r.with;
  // Below eight bytes the key is cut, and may be another's: then the provider says so.
  if (auto const bytes = r.in->info().key_bytes(); bytes < sizeof key) key &= (std::uint64_t{1} << 8 * bytes) - 1;
  options.key = key;
  auto made = memory_region::make(r.in, memory, memory_access::remote_read, options);
  if (!made) return made.error();
  return region(*std::move(made));
}

}  // namespace weft::fabric
