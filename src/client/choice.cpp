// SPDX-License-Identifier: MIT
#include "client/choice.hpp"

#include <initializer_list>

namespace weft::fabric {

namespace {

setup<chosen> offered(client_options const& o, endpoint_type type, end whose) {
  hints h{.of = whose, .provider = o.provider, .type = type, .capabilities = capability::msg | capability::source};
  // Over shm the name is not asked for but given.
  if (o.provider != "shm") {
    h.node = o.node;
    h.service = o.service;
  }
  auto named = discover(h);
  if (named) return chosen{std::move(named->front()), {}};
  h.capabilities = capability::msg;
  auto found = discover(h);
  if (!found) return found.error();
  // Over a connection there is one sender only.
  return chosen{std::move(found->front()), type == endpoint_type::msg ? "" : named.error().detail};
}

}  // namespace

setup<chosen> choose(client_options& o, end whose) {
  bool const free = o.type == endpoint_type::unspecified;
  failure all;
  for (auto const type : {free ? endpoint_type::rdm : o.type, endpoint_type::msg}) {
    auto found = offered(o, type, whose);
    if (found) {
      o.type = type;
      found->passed_over.insert(0, all.detail);
      return found;
    }
    all.code = found.error().code;
    all.detail += (all.detail.empty() ? "" : "; ") + found.error().detail;
    if (!free) break;
  }
  return all;
}

}  // namespace weft::fabric
