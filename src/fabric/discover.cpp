// SPDX-License-Identifier: MIT
#include <weft/fabric/info.hpp>

#include "fabric/error.hpp"
#include "fabric/info.hpp"

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace weft::fabric {

namespace {

constexpr auto handled_memory = memory_mode::local | memory_mode::virt_addr | memory_mode::allocated |
                                memory_mode::prov_key | memory_mode::endpoint;

char* copy_of(std::string const& text) { return text.empty() ? nullptr : strdup(text.c_str()); }

info blank() {
  auto* raw = fi_allocinfo();
  if (!raw) throw std::bad_alloc();
  return info(raw);
}

info to_native(hints const& h) {
  info i = blank();
  i->caps = static_cast<std::uint64_t>(h.capabilities);
  i->mode = static_cast<std::uint64_t>(h.mode);
  i->ep_attr->type = static_cast<fi_ep_type>(h.type);
  i->fabric_attr->prov_name = copy_of(h.provider);  // fi_freeinfo() frees these
  i->fabric_attr->name = copy_of(h.fabric);
  i->domain_attr->name = copy_of(h.domain);
  i->domain_attr->mr_mode = static_cast<int>(h.memory.value_or(handled_memory));
  i->domain_attr->threading = static_cast<fi_threading>(h.threading);
  i->domain_attr->control_progress = static_cast<fi_progress>(h.control);
  i->domain_attr->data_progress = static_cast<fi_progress>(h.data);
  i->domain_attr->resource_mgmt = static_cast<fi_resource_mgmt>(h.resources);
  i->domain_attr->av_type = static_cast<fi_av_type>(h.table);
  i->tx_attr->msg_order = i->rx_attr->msg_order = static_cast<std::uint64_t>(h.orders);
  i->tx_attr->size = h.send_depth;
  i->tx_attr->inject_size = h.inject;
  i->rx_attr->size = h.receive_depth;
  return i;
}

// libfabric takes what layers over the wanted provider, too, and the domains of others.
bool is_asked_for(info const& i, hints const& h) {
  return (h.provider.empty() || i.provider() == h.provider) && (h.domain.empty() || i.domain_name() == h.domain) &&
         (h.fabric.empty() || i.fabric_name() == h.fabric);
}

void add(std::string& text, std::string_view name, std::string_view value) {
  if (!value.empty()) text += std::string(text.empty() ? "" : ", ") + std::string(name) + " " + std::string(value);
}

std::string words(hints const& h, info const& asked) {
  constexpr std::string_view types[] = {"", "MSG", "DGRAM", "RDM"};
  std::string text;
  add(text, "provider", h.provider);
  add(text, "endpoint type", types[static_cast<std::size_t>(h.type)]);
  add(text, "node", h.node);
  add(text, "service", h.service);
  add(text, "fabric", h.fabric);
  add(text, "domain", h.domain);
  if (h.capabilities != capability::none) {
    std::string capabilities;
    for (auto const& one : asked.describe().capabilities) capabilities += (capabilities.empty() ? "" : "|") + one;
    add(text, "capabilities", capabilities);
  }
  return text.empty() ? "anything" : text;
}

}  // namespace

setup<std::vector<info>> discover(hints const& h) {
  auto asked = to_native(h);
  char const* node = h.node.empty() ? nullptr : h.node.c_str();
  char const* service = h.service.empty() ? nullptr : h.service.c_str();
  std::uint64_t const flags = h.of == end::local && (node || service) ? FI_SOURCE : 0;
  fi_info* list = nullptr;
  int const rc = fi_getinfo(api_version(), node, service, flags, asked.native_handle(), &list);
  if (rc != 0 && rc != -FI_ENODATA) return failed("fi_getinfo", rc);
  std::vector<info> found;
  while (list) {
    info one(std::exchange(list, list->next));
    one->next = nullptr;
    if (is_asked_for(one, h)) found.push_back(std::move(one));
  }
  if (!found.empty()) return found;
  if (!asked->fabric_attr->prov_name) asked->fabric_attr->prov_name = strdup("");
  return failure{error(-FI_ENODATA), "libfabric offers nothing here for " + words(h, asked)};
}

bool supports_endpoint_type(hints h, endpoint_type type) {
  h.type = type;
  auto const found = discover(h);
  return static_cast<bool>(found);
}

}  // namespace weft::fabric
