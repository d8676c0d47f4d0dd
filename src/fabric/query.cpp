// SPDX-License-Identifier: MIT
#include "fabric/query.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_errno.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

namespace weft::fabric {

namespace {

constexpr std::size_t least_max_message = 65536;
constexpr std::size_t least_datagram = 1024;
constexpr std::uint64_t tagged_caps = FI_TAGGED | FI_SEND | FI_RECV;
constexpr std::uint64_t plain_caps = FI_MSG | FI_SEND | FI_RECV;
constexpr std::uint64_t read_caps = FI_RMA | FI_READ | FI_REMOTE_READ;
constexpr std::uint64_t modes = FI_CONTEXT | FI_CONTEXT2;

// What region can do. FI_MR_HMEM and the like are for memory that is not ours.
constexpr int memory_modes = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY | FI_MR_ENDPOINT;

// One call of fi_getinfo(). Empty parts are not asked for.
struct question {
  std::string_view provider;
  std::string node;
  std::string service;
  std::string domain;
  endpoint_type type = endpoint_type::rdm;
  bool reads = false;   // as well
  bool demands = true;  // whether the endpoint must be one that weft can use
};

info blank() {
  auto* raw = fi_allocinfo();
  if (!raw) throw std::bad_alloc();
  return info(raw);
}

std::uint64_t caps_of(endpoint_type type) noexcept { return type == endpoint_type::rdm ? tagged_caps : plain_caps; }

info hints_for(question const& q) {
  info h = blank();
  // fi_freeinfo() frees both.
  h->fabric_attr->prov_name = strdup(std::string(q.provider).c_str());
  if (!q.domain.empty()) h->domain_attr->name = strdup(q.domain.c_str());
  if (!q.demands) return h;
  h->caps = caps_of(q.type) | (q.reads ? read_caps : 0);
  h->mode = modes;
  h->ep_attr->type = static_cast<fi_ep_type>(q.type);
  if (q.type != endpoint_type::dgram) {
    h->tx_attr->msg_order = FI_ORDER_SAS;
    h->rx_attr->msg_order = FI_ORDER_SAS;
  }
  h->domain_attr->threading = FI_THREAD_SAFE;
  h->domain_attr->resource_mgmt = FI_RM_ENABLED;  // a full queue says so, and loses nothing
  if (q.type == endpoint_type::rdm) h->domain_attr->av_type = FI_AV_TABLE;
  h->domain_attr->mr_mode = memory_modes;
  return h;
}

// Asking for "net" also brings "net;ofi_rxm", and some give every domain whichever was asked for.
bool is_asked_for(info const& i, question const& q) {
  return i.provider() == q.provider && (q.domain.empty() || q.domain == i.describe().domain);
}

std::vector<info> ask(question const& q) {
  auto const hints = hints_for(q);
  char const* node = q.node.empty() ? nullptr : q.node.c_str();
  char const* service = q.service.empty() ? nullptr : q.service.c_str();
  fi_info* list = nullptr;
  std::vector<info> found;
  if (fi_getinfo(api_version(), node, service, node || service ? FI_SOURCE : 0, hints.native_handle(), &list) != 0)
    return found;
  while (list) {
    info one(std::exchange(list, list->next));
    one->next = nullptr;
    if (is_asked_for(one, q)) found.push_back(std::move(one));
  }
  return found;
}

question question_for(provider_facts const& p, request const& wanted, endpoint_type type) {
  question q{.provider = p.name,
             .node = {},
             .service = {},
             .domain = wanted.domain,
             .type = type,
             .reads = wanted.rendezvous == "read"};
  if (p.bootstrap == bootstrap_kind::unix_domain) {
    q.node = wanted.node;  // a name; a service beside it would send libfabric to a name server
  } else if (p.ip_address) {
    q.node = wanted.node;
    if (q.node.empty() && q.domain.empty()) q.node = p.any_address;
    q.service = wanted.service.empty() && !q.node.empty() ? "0" : wanted.service;
  }
  return q;
}

constexpr char const* cannot_read = "cannot read the memory of its peers (FI_RMA)";

std::optional<std::string> objection(info const& i, request const& wanted, endpoint_type type) {
  bool const tagged = type == endpoint_type::rdm;
  if (i.type() != type)
    return type == endpoint_type::msg ? "has no MSG endpoints"
           : tagged                   ? "has no reliable connectionless endpoints"
                                      : "has no DGRAM endpoints";
  if (tagged && !i.supports(capability(tagged_caps))) return "cannot send and receive tagged messages";
  if (wanted.rendezvous == "read" && !i.supports(capability(read_caps))) return cannot_read;
  if (tagged && i.tag_bits() < wanted.tag_bits)
    return "has tags of " + std::to_string(i.tag_bits()) + " bits, and " + std::to_string(wanted.tag_bits) +
           " are needed";
  if (i->ep_attr->max_msg_size < (type == endpoint_type::dgram ? least_datagram : least_max_message))
    return "sends no more than " + std::to_string(i->ep_attr->max_msg_size) + " bytes at once";
  if (i->mode & ~modes) return "wants more of each operation than weft does (mode bits)";
  if (i->domain_attr->mr_mode & ~memory_modes) return "wants more of memory than weft does (registration mode)";
  return {};
}

// A layered provider is built when its parts are: "verbs;ofi_rxm".
bool is_built(std::string_view name) {
  fi_info* raw = nullptr;
  if (fi_getinfo(api_version(), nullptr, nullptr, FI_PROV_ATTR_ONLY, nullptr, &raw) != 0) return false;
  std::unique_ptr<fi_info, void (*)(fi_info*)> const all(raw, fi_freeinfo);
  while (!name.empty()) {
    auto const part = name.substr(0, name.find(';'));
    auto const* i = all.get();
    while (i && part != i->fabric_attr->prov_name) i = i->next;
    if (!i) return false;
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  return true;
}

std::string domains_of(std::vector<info> const& found) {
  std::string names;
  for (auto const& i : found) {
    auto const name = i.describe().domain;
    if ((", " + names + ",").find(", " + name + ",") == std::string::npos) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

// What is set, and may be why.
std::string setting_note(provider_facts const& p) {
  std::string note;
  for (auto const& v : p.reads)
    if (char const* value = std::getenv(std::string(v.name).c_str()))
      note += "; " + std::string(v.name) + "=" + value + " is set";
  return note;
}

std::string filter_note() {
  char const* filter = std::getenv("FI_PROVIDER");
  return filter ? std::string("; FI_PROVIDER=") + filter + " hides the others" : "";
}

}  // namespace

std::vector<info> query(provider_facts const& p, request const& wanted, endpoint_type type) {
  std::vector<info> good;
  for (auto& i : ask(question_for(p, wanted, type))) {
    if (objection(i, wanted, type)) continue;
    if (wanted.register_locally) i->domain_attr->mr_mode |= FI_MR_LOCAL;
    good.push_back(std::move(i));
  }
  return good;
}

std::string explain(provider_facts const& p, request const& wanted, endpoint_type type) {
  auto const needs = " (needs " + std::string(p.needs) + filter_note() + setting_note(p) + ")";
  if (!is_built(p.name)) return "is not offered by libfabric " + versions().running + " on this machine" + needs;
  auto q = question_for(p, wanted, type);
  if (auto const found = ask(q); !found.empty()) return objection(found.front(), wanted, type).value_or("will do");
  q.node.clear();
  q.service.clear();
  if (q.reads) {
    q.reads = false;
    if (!ask(q).empty()) return cannot_read;
  }
  if (!wanted.node.empty() && !ask(q).empty()) return "cannot bind the local address '" + wanted.node + "'";
  q.domain.clear();
  if (auto const found = ask(q); !wanted.domain.empty() && !found.empty())
    return "has no domain '" + wanted.domain + "' (has " + domains_of(found) + ")";
  q.demands = false;
  for (auto const& i : ask(q))
    if (auto const why = objection(i, wanted, type)) return *why + needs;
  return "finds nothing that it could use" + needs;
}

}  // namespace weft::fabric
