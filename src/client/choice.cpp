// SPDX-License-Identifier: MIT
#include "client/choice.hpp"

#include <initializer_list>

namespace weft::fabric {

namespace {

setup<std::vector<info>> offered(client_options const& o, endpoint_type type, end whose) {
  hints h{.of = whose, .provider = o.provider, .type = type, .capabilities = capability::msg | capability::source};
  // Over shm the name is not asked for but given.
  if (o.provider != "shm") {
    h.node = o.node;
    h.service = o.service;
  }
  auto found = discover(h);
  if (found) return found;
  h.capabilities = capability::msg;
  return discover(h);
}

}  // namespace

setup<info> choose(client_options& o, end whose) {
  bool const free = o.type == endpoint_type::unspecified;
  failure all;
  for (auto const type : {free ? endpoint_type::rdm : o.type, endpoint_type::msg}) {
    auto found = offered(o, type, whose);
    if (found) {
      o.type = type;
      return found->front();
    }
    all.code = found.error().code;
    all.detail += (all.detail.empty() ? "" : "; ") + found.error().detail;
    if (!free) break;
  }
  return all;
}

}  // namespace weft::fabric
