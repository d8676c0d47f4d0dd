// SPDX-License-Identifier: MIT
#include "fabric/provider.hpp"

#include <rdma/fabric.h>

#include <algorithm>

namespace weft::fabric {

namespace {

constexpr std::string_view rdma_device = "an RDMA device and its driver, package ibverbs-providers";

constexpr provider_variable cxi_reads[] = {
    {"FI_CXI_RX_MATCH_MODE", "hybrid, so that a job larger than the card's match list goes on in software"},
    {"FI_CXI_DEFAULT_CQ_SIZE", "larger, where many peers finish at once"},
    {"FI_MR_CACHE_MONITOR", "userfaultfd or memhooks: how it learns that registered memory has gone"}};
constexpr provider_variable efa_reads[] = {
    {"FI_EFA_FORK_SAFE", "1, where the program forks: without it libfabric ends the child"},
    {"FI_EFA_ENABLE_SHM_TRANSFER", "0, for a queue that can be slept on (2.4 and newer)"},
    {"FI_EFA_MR_CACHE_ENABLE", "0, to copy instead of registering on the way"}};
constexpr provider_variable verbs_reads[] = {{"FI_VERBS_IFACE", "the network interface, or the beginning of its name"},
                                             {"FI_VERBS_DEVICE_NAME", "the RDMA device, likewise"},
                                             {"RDMAV_FORK_SAFE", "1, where the program forks"}};
constexpr provider_variable verbs_rxm_reads[] = {
    verbs_reads[0], verbs_reads[1], verbs_reads[2], {"FI_OFI_RXM_USE_SRX", "1, for less memory with many peers"}};
constexpr provider_variable tcp_reads[] = {
    {"FI_TCP_IFACE", "the network interface, where there are several"},
    {"FI_TCP_PORT_LOW_RANGE", "with FI_TCP_PORT_HIGH_RANGE: the ports that a firewall lets through"},
    {"FI_TCP_PORT_HIGH_RANGE", "see there"}};
constexpr provider_variable net_reads[] = {
    {"FI_NET_IFACE", "the network interface, where there are several"},
    {"FI_NET_PORT_LOW_RANGE", "with FI_NET_PORT_HIGH_RANGE: the ports that a firewall lets through"},
    {"FI_NET_PORT_HIGH_RANGE", "see there"}};
constexpr provider_variable rxm_reads[] = {tcp_reads[0], tcp_reads[1], tcp_reads[2], verbs_rxm_reads[3]};
constexpr provider_variable shm_reads[] = {
    {"FI_SHM_RX_SIZE", "receives that an endpoint takes, and with them its peers: 1024 serve some 100"},
    {"FI_SHM_DISABLE_CMA", "1, where a process may not read another's memory"}};
constexpr provider_variable opx_reads[] = {{"FI_OPX_UUID", "the same in all processes that are to talk"},
                                           {"FI_OPX_HFI_SELECT", "which card, where there are several"}};
constexpr provider_variable psm3_reads[] = {{"FI_PSM3_UUID", "the same in all processes that are to talk"},
                                            {"PSM3_NIC", "which card, where there are several"}};
constexpr provider_variable psm2_reads[] = {{"FI_PSM2_UUID", "the same in all processes that are to talk"}};
constexpr provider_variable rxd_reads[] = {{"FI_UDP_IFACE", "the network interface, where there are several"},
                                           {"FI_OFI_RXD_MAX_PEERS", "more than 1024 peers"}};
constexpr provider_variable udp_reads[] = {rxd_reads[0]};
constexpr provider_variable sockets_reads[] = {{"FI_SOCKETS_IFACE", "the network interface, where there are several"}};

// What is not from measurement but from sources and manuals: cxi, efa, verbs, opx, psm3, psm2.
constexpr provider_facts table[] = {
    {.name = "cxi",
     .scheme = "ofi+cxi",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .large = rendezvous::read,
     .inject = 192,
     .tag_bits = 48,
     .ip_address = false,
     .needs = "a Slingshot network card",
     .reads = cxi_reads,
     .quirks = "tags of 48 bits, which is what weft uses"},
    {.name = "efa",
     .scheme = "ofi+efa",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .large = rendezvous::read,
     .ip_address = false,
     .needs = "an EC2 instance with an Elastic Fabric Adapter",
     .reads = efa_reads,
     .quirks = "no descriptor to sleep on before 2.4: weft looks by the clock then; registered memory is limited by "
               "ulimit -l"},
    {.name = "verbs;ofi_rxm",
     .scheme = "ofi+verbs",
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .large = rendezvous::read,
     .inject = 64,
     .needs = rdma_device,
     .reads = verbs_rxm_reads,
     .quirks = "registered memory is limited by ulimit -l; endpoints do not outlive a fork"},
    // What lies under it, without the layer that makes RDM of it.
    {.name = "verbs",
     .scheme = "ofi+verbs",
     .chosen = automatic::never,
     .connected = automatic::always,
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .registers_locally = true,
     .large = rendezvous::read,
     .needs = rdma_device,
     .reads = verbs_reads,
     .quirks = "MSG endpoints only: RDM is verbs;ofi_rxm; registered memory is limited by ulimit -l"},
    // Its MSG endpoints are the same in 1.17 and 2.x.
    {.name = "tcp",
     .scheme = "ofi+tcp",
     .chosen = automatic::from_2_0,
     .connected = automatic::always,
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .directs_untagged = false,
     .inject = 128,
     .any_address = "0.0.0.0",
     .needs = "libfabric 2.0 or newer for RDM endpoints",
     .reads = tcp_reads,
     .quirks = "1.17 has MSG endpoints only, without tags; no RDM and MSG endpoints in one domain"},
    // What 2.x calls tcp, and interoperates with. Its queue's own descriptor is always readable.
    {.name = "net",
     .scheme = "ofi+tcp",
     .chosen = automatic::before_2_0,
     .connected = automatic::before_2_0,
     .best_of_hosts = true,
     .waits_on = wait_kind::wait_set,
     .directs_untagged = false,
     .inject = 128,
     .tag_bits = 63,
     .any_address = "0.0.0.0",
     .needs = "libfabric 1.16 or 1.17",
     .reads = net_reads,
     .quirks = "its queues' own descriptors stay readable: weft sleeps on a wait set instead"},
    // 71 MB for each endpoint, unexpected messages without bound, and no wire compatibility from 1.17 to 2.x.
    {.name = "tcp;ofi_rxm",
     .scheme = "ofi+tcp_rxm",
     .also_serves = "ofi+tcp",
     .waits_on = wait_kind::descriptor,
     .inject = 64,
     .any_address = "0.0.0.0",
     .needs = "a network interface",
     .reads = rxm_reads,
     .quirks = "71 MB for each endpoint; unexpected messages without bound; 1.17 and 2.x do not understand each other"},
    {.name = "shm",
     .scheme = "ofi+shm",
     .inject = 4096,
     .ip_address = false,
     .bootstrap = bootstrap_kind::unix_domain,
     .needs = "a writable /dev/shm",
     .reads = shm_reads,
     .quirks = "no descriptor to sleep on; a killed process can leave a lock behind, which weft opens; one version on "
               "both sides"},
    {.name = "opx",
     .scheme = "ofi+opx",
     .large = rendezvous::read,
     .ip_address = false,
     .needs = "an Omni-Path card",
     .reads = opx_reads,
     .quirks = "wants 64 bytes of each operation (FI_CONTEXT2)"},
    {.name = "psm3",
     .scheme = "ofi+psm3",
     .large = rendezvous::read,
     .ip_address = false,
     .needs = "a card that PSM3 drives",
     .reads = psm3_reads,
     .quirks = "tags of 60 bits in some modes"},
    {.name = "psm2", .scheme = "ofi+psm2", .ip_address = false, .needs = "an Omni-Path card", .reads = psm2_reads},
    {.name = "udp;ofi_rxd",
     .scheme = "ofi+udp",
     .names_senders = false,
     .inject = 1256,
     .injects_at_once = false,
     .any_address = "0.0.0.0",
     .needs = "a network interface",
     .reads = rxd_reads,
     .quirks = "no descriptor to sleep on; a restarted peer is not met again at its old address; milliseconds where "
               "packets get lost"},
    // What lies under it: datagrams as they are.
    {.name = "udp",
     .scheme = "ofi+udp",
     .chosen = automatic::never,
     .datagrams = automatic::always,
     .best_of_hosts = true,
     .waits_on = wait_kind::descriptor,
     .inject = 1472,
     .tag_bits = 0,
     .any_address = "0.0.0.0",
     .needs = "a network interface",
     .reads = udp_reads,
     .quirks = "DGRAM endpoints only: RDM is udp;ofi_rxd; no tags, and receives cannot be cancelled"},
    {.name = "sockets",
     .scheme = "ofi+sockets",
     .connected = automatic::always,
     .datagrams = automatic::always,
     .waits_on = wait_kind::descriptor,
     .own_threads = true,
     .inject = 255,
     .any_address = "0.0.0.0",
     .needs = "a libfabric that was built with it",
     .reads = sockets_reads,
     .quirks = "works in threads of its own; no longer maintained"},
};

struct alias {
  std::string_view name, meaning;
};
constexpr alias provider_aliases[] = {
    {"tcp_rxm", "tcp;ofi_rxm"}, {"verbs", "verbs;ofi_rxm"}, {"udp", "udp;ofi_rxd"}, {"sm", "shm"}};

bool is_automatic(provider_facts const& p, std::uint32_t version, endpoint_type type) noexcept {
  auto const when = type == endpoint_type::msg ? p.connected : type == endpoint_type::dgram ? p.datagrams : p.chosen;
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
  if (type != endpoint_type::rdm && facts_of(asked)) return asked;
  for (auto const& [name, meaning] : provider_aliases)
    if (asked == name) return meaning;
  return asked;
}

}  // namespace weft::fabric
