// SPDX-License-Identifier: MIT
#include "fabric/provider.hpp"

#include <rdma/fabric.h>

#include <algorithm>

namespace weft::fabric {

namespace {

constexpr std::string_view rdma_device = "an RDMA device and its driver, package ibverbs-providers";

// What is not from measurement but from sources and manuals: cxi, efa, verbs, opx, psm3, psm2.
constexpr provider_facts table[] = {
    {.name = "cxi",
     .scheme = "ofi+cxi",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .inject = 192,
     .tag_bits = 48,
     .ip_address = false,
     .needs = "a Slingshot network card"},
    {.name = "efa",
     .scheme = "ofi+efa",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .ip_address = false,
     .needs = "an EC2 instance with an Elastic Fabric Adapter"},
    {.name = "verbs;ofi_rxm",
     .scheme = "ofi+verbs",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .inject = 64,
     .needs = rdma_device},
    // What lies under it, without the layer that makes RDM of it.
    {.name = "verbs",
     .scheme = "ofi+verbs",
     .chosen = automatic::never,
     .connected = automatic::always,
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .needs = rdma_device},
    // Its MSG endpoints are the same in 1.17 and 2.x.
    {.name = "tcp",
     .scheme = "ofi+tcp",
     .chosen = automatic::from_2_0,
     .connected = automatic::always,
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .inject = 128,
     .any_address = "0.0.0.0",
     .needs = "libfabric 2.0 or newer"},
    // What 2.x calls tcp, and interoperates with. Its queue's own descriptor is always readable.
    {.name = "net",
     .scheme = "ofi+tcp",
     .chosen = automatic::before_2_0,
     .connected = automatic::before_2_0,
     .best_of_hosts = true,
     .waits_on = wait_kind::wait_set,
     .inject = 128,
     .tag_bits = 63,
     .any_address = "0.0.0.0",
     .needs = "libfabric 1.16 or 1.17"},
    // 71 MB for each endpoint, unexpected messages without bound, and no wire compatibility from 1.17 to 2.x.
    {.name = "tcp;ofi_rxm",
     .scheme = "ofi+tcp_rxm",
     .also_serves = "ofi+tcp",
     .waits_on = wait_kind::descriptor,
     .inject = 64,
     .any_address = "0.0.0.0",
     .needs = "a network interface"},
    {.name = "shm",
     .scheme = "ofi+shm",
     .inject = 4096,
     .ip_address = false,
     .bootstrap = bootstrap_kind::unix_domain,
     .needs = "a writable /dev/shm"},
    {.name = "opx", .scheme = "ofi+opx", .ip_address = false, .needs = "an Omni-Path card"},
    {.name = "psm3", .scheme = "ofi+psm3", .ip_address = false, .needs = "a card that PSM3 drives"},
    {.name = "psm2", .scheme = "ofi+psm2", .ip_address = false, .needs = "an Omni-Path card"},
    {.name = "udp;ofi_rxd",
     .scheme = "ofi+udp",
     .names_senders = false,
     .inject = 1256,
     .any_address = "0.0.0.0",
     .needs = "a network interface"},
    {.name = "sockets",
     .scheme = "ofi+sockets",
     .connected = automatic::always,
     .waits_on = wait_kind::descriptor,
     .own_threads = true,
     .inject = 255,
     .any_address = "0.0.0.0",
     .needs = "a libfabric that was built with it"},
};

struct alias {
  std::string_view name, meaning;
};
constexpr alias provider_aliases[] = {
    {"tcp_rxm", "tcp;ofi_rxm"}, {"verbs", "verbs;ofi_rxm"}, {"udp", "udp;ofi_rxd"}, {"sm", "shm"}};

bool is_automatic(provider_facts const& p, std::uint32_t version, endpoint_type type) noexcept {
  auto const when = type == endpoint_type::msg ? p.connected : p.chosen;
  return when == automatic::always || when == (FI_MAJOR(version) >= 2 ? automatic::from_2_0 : automatic::before_2_0);
}

}  // namespace

std::span<provider_facts const> providers() noexcept { return table; }

provider_facts const* facts_of(std::string_view provider) noexcept {
  auto const* found = std::ranges::find(table, provider, &provider_facts::name);
  return found == std::end(table) ? nullptr : found;
}

std::vector<std::string_view> candidates(std::string_view scheme, std::uint32_t version, endpoint_type type) {
  auto const wanted = canonical_scheme(scheme);
  std::vector<std::string_view> names;
  for (auto const& p : table)
    if (is_automatic(p, version, type) && (wanted == "ofi" ? p.best_of_hosts : p.scheme == wanted))
      names.push_back(p.name);
  return names;
}

bool may_serve(provider_facts const& p, std::string_view scheme) noexcept {
  auto const wanted = canonical_scheme(scheme);
  return wanted == "ofi" || p.scheme == wanted || p.also_serves == wanted;
}

std::vector<std::string_view> scheme_names() {
  std::vector<std::string_view> names{"ofi"};
  for (auto const& p : table)
    if (std::ranges::find(names, p.scheme) == names.end()) names.push_back(p.scheme);
  return names;
}

std::string_view canonical_scheme(std::string_view scheme) noexcept {
  if (scheme == "ofi+sm") return "ofi+shm";
  return scheme;
}

std::string_view canonical_provider(std::string_view asked, endpoint_type type) noexcept {
  if (type == endpoint_type::msg && facts_of(asked)) return asked;
  for (auto const& [name, meaning] : provider_aliases)
    if (asked == name) return meaning;
  return asked;
}

}  // namespace weft::fabric
