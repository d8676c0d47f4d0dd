// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/info.hpp>
#include <weft/fabric/offers.hpp>
#include <weft/result.hpp>
#include <weft/url.hpp>

#include "fabric/provider.hpp"

#include <rdma/fabric.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// The facts of an info's provider; those of a cautious stranger for one that is not in the table.
provider_facts const& facts_of(info const&) noexcept;

/// What a caller wants of the fabric.
struct request {
  std::string scheme = "ofi";     ///< "ofi", "ofi+tcp", ...
  std::string provider;           ///< ?prov=: this one or none
  std::string node;               ///< local address to bind, a name or a number; for shm its name; empty: any
  std::string service;            ///< local port to bind; empty: any
  std::string domain;             ///< ?domain=: the interface or device; empty: any
  std::string endpoint;           ///< ?ep=: "rdm", "msg" or "dgram"; empty: RDM, or MSG where there is none
  std::string rendezvous;         ///< ?rendezvous=: "read" or "tagged"; empty: read where that is known to be faster
  unsigned tag_bits = 48;         ///< at least
  bool register_locally = false;  ///< ask for FI_MR_LOCAL even of a provider that does not want it (for tests)
};

struct selection {
  info chosen;
  std::vector<rejection> rejected;  ///< those that come before the chosen one, and why not
  rendezvous large = rendezvous::tagged;
};

/// Finds the best endpoint for the request: reliable, connectionless (FI_EP_RDM), with tagged messages in order, for
/// many threads (FI_THREAD_SAFE); where there is none, or where it is asked for, a connected one (FI_EP_MSG), whose
/// messages need no tags; one for datagrams (FI_EP_DGRAM) where that is asked for. A failure (errc::no_provider,
/// unknown_scheme, invalid_option) says which part is at fault and what would work here. Thread safety: any thread.
setup<selection> select(request const& wanted);

/// The request that a URL makes: its scheme, and ?prov=, ?domain=, ?ep= and ?rendezvous=. What to bind is left to the
/// caller.
request request_for(url const& from);

/// "1.17.0 compiled, 2.1.0 running"
std::string version_text();

/// The version of libfabric's interface that weft speaks with the library that is running.
std::uint32_t api_version() noexcept;

}  // namespace weft::fabric
