// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/constants.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// The socket on which two ends introduce themselves before their first message.
enum class bootstrap_kind { tcp, unix_domain };

/// When a provider serves a scheme without being named in ?prov=.
enum class automatic { always, before_2_0, from_2_0, never };

/// How a large body comes to its receiver: in messages that it asked for, or read by it out of the sender's memory.
enum class rendezvous { tagged, read };

/// A variable of the environment that a provider reads, and when one would set it.
struct provider_variable {
  std::string_view name, meaning;
};

/// What a provider really does, where it differs from what it says or where nothing says it.
struct provider_facts {
  std::string_view name;                    ///< as in fi_fabric_attr::prov_name
  std::string_view scheme;                  ///< e.g. "ofi+tcp"
  automatic chosen = automatic::always;     ///< when its RDM endpoints serve its scheme without being asked
  automatic connected = automatic::never;   ///< when its MSG endpoints do, where no RDM endpoint is to be had
  automatic datagrams = automatic::never;   ///< when its DGRAM endpoints do, where they are asked for
  std::string_view also_serves = {};        ///< another scheme, only when asked
  bool best_of_hosts = false;               ///< a candidate for plain ofi://
  wait_kind waits_on = wait_kind::backoff;  ///< the best there is; where that is refused, backoff
  bool own_threads = false;                 ///< it works in threads of its own, which one that spins would starve
  bool registers_locally = false;           ///< wants FI_MR_LOCAL: buffers of sends and receives are registered
  bool names_senders = true;                ///< where it says that it does
  bool directs_untagged = true;             ///< where it says that it directs receives, also those without a tag
  rendezvous large = rendezvous::tagged;    ///< the faster way for large bodies
  std::size_t inject = 0;                   ///< its default inject size
  bool injects_at_once = true;              ///< what was injected needs no further call of its sender's
  unsigned tag_bits = 64;
  bool ip_address = true;             ///< addresses are sockaddr_in or sockaddr_in6
  std::string_view any_address = {};  ///< the node that stands for every interface; empty: no node at all
  bootstrap_kind bootstrap = bootstrap_kind::tcp;
  std::string_view needs;  ///< what the machine must have
  std::span<provider_variable const> reads = {};
  std::string_view quirks = {};  ///< what weft sees to, or its users must know
};

/// Every provider weft knows, in order of preference.
std::span<provider_facts const> providers() noexcept;

/// \return null for a provider weft does not know
provider_facts const* facts_of(std::string_view provider) noexcept;

/// The provider names to try for `ofi+tcp` and the like, with that type of endpoint, best first; those a
/// newer or older libfabric has under another name are left out. `ofi` is the best of those that reach other hosts.
/// \param version as fi_version() gives it \return empty for a scheme weft does not know
std::vector<std::string_view> candidates(std::string_view scheme, std::uint32_t version,
                                         endpoint_type type = endpoint_type::rdm);

/// Whether ?prov= may ask for the provider under the scheme.
bool may_serve(provider_facts const&, std::string_view scheme) noexcept;

/// "ofi", then "ofi+tcp" and so on, without aliases.
std::vector<std::string_view> scheme_names();

/// Mercury's other names: "ofi+sm" is "ofi+shm"; anything else is itself.
std::string_view canonical_scheme(std::string_view scheme) noexcept;
/// "tcp_rxm" is "tcp;ofi_rxm", "sm" is "shm", and for RDM endpoints "verbs" is "verbs;ofi_rxm" and "udp" is
/// "udp;ofi_rxd"; anything else is itself.
std::string_view canonical_provider(std::string_view asked, endpoint_type type = endpoint_type::rdm) noexcept;

}  // namespace weft::fabric
