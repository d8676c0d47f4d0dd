// SPDX-License-Identifier: MIT
#include "fabric/rdm_endpoint.hpp"

namespace weft::fabric {

setup<std::unique_ptr<rdm_endpoint>> rdm_endpoint::open(std::shared_ptr<fabric::domain const> in,
                                                        endpoint_options const& options) {
  endpoint_bindings wanted;
  wanted.send_depth = options.send_depth;
  wanted.receive_depth = options.receive_depth;
  wanted.name = options.name;
  auto const& like = in->info();
  auto made = endpoint::open(in, like, std::move(wanted));
  if (!made) return made.error();
  return std::unique_ptr<rdm_endpoint>(new rdm_endpoint(*std::move(made)));
}

result<fi_addr_t> rdm_endpoint::insert(std::span<std::byte const> raw) {
  auto p = endpoint_->peers()->insert(raw);
  if (!p) return p.error();
  return static_cast<fi_addr_t>(*p);
}

}  // namespace weft::fabric
