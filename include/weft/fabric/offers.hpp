// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// One way to open an endpoint on this machine, as libfabric reported it.
struct offer {
  std::string provider;                ///< e.g. "tcp;ofi_rxm"
  std::string fabric;                  ///< the network
  std::string domain;                  ///< the interface or device
  std::string endpoint;                ///< "RDM" or "DGRAM" for any number of peers, "MSG" for one each
  std::string protocol;                ///< the wire protocol's name: both ends of a connection need the same one
  std::uint32_t protocol_number = 0;   ///< the same as libfabric's FI_PROTO_* value
  std::uint32_t protocol_version = 0;  ///< of that protocol
  std::string address_format;          ///< FI_* without the prefix: "SOCKADDR_IN"
  std::size_t max_message = 0;         ///< bytes in one operation
  std::size_t inject = 0;  ///< bytes that are copied at once, so that their buffer is free when the call returns
  unsigned tag_bits = 0;   ///< bits of a tag that are the caller's; 0: there are no tags
  std::string wait;        ///< how a thread sleeps until something happens: "fd" or "back-off"
  std::vector<std::string> memory;        ///< what the provider wants of memory (FI_MR_* without the prefix)
  std::vector<std::string> capabilities;  ///< FI_* without the prefix

  friend bool operator==(offer const&, offer const&) = default;
};

/// Why a provider was not chosen: what stands behind "provider net ..." in a sentence.
struct rejection {
  std::string provider;  ///< e.g. "net"
  std::string endpoint;  ///< "RDM", "MSG" or "DGRAM": what of it was looked for; empty: any
  std::string reason;    ///< "has no MSG endpoints" and the like
};

/// What a URL comes to on this machine.
struct choice {
  std::string url;                  ///< as it was asked about
  std::optional<offer> chosen;      ///< nothing when no provider serves the URL
  std::vector<rejection> rejected;  ///< in the order they were considered
  std::string failure;              ///< what to tell a person when nothing is chosen
};

/// One URL scheme and the providers that may serve it, best first.
struct scheme {
  std::string name;                     ///< e.g. "ofi+tcp"
  std::vector<std::string> automatic;   ///< tried without being asked
  std::vector<std::string> on_request;  ///< only with ?prov=
};

/// What weft knows of a provider, whether or not it is here: how it is opened, what its environment says, and what to
/// mind.
struct recipe {
  /// One of the environment.
  struct variable {
    /// As the provider reads it; what to set it to, and why.
    ///@{
    std::string name, meaning;
    ///@}
  };

  std::string provider;               ///< e.g. "tcp;ofi_rxm"
  std::string scheme;                 ///< of its URLs, e.g. "ofi+tcp"
  std::string endpoints;              ///< those that weft uses, such as "RDM, MSG"
  std::string wait;                   ///< how a thread sleeps: "fd" or "back-off"
  std::string rendezvous;             ///< how large bodies come, where both ends can: "read" or "tagged"
  bool registers_buffers = false;     ///< FI_MR_LOCAL
  bool ip_addresses = true;           ///< peers are at a host and a port
  std::string needs;                  ///< of the machine
  std::vector<variable> environment;  ///< what the provider reads of it
  std::string quirks;                 ///< what weft sees to, or its users must know
};

/// libfabric's release, such as "1.17.0". That of its interface is interface_version.
struct libfabric_versions {
  std::string compiled;  ///< of the headers when weft was built
  std::string running;   ///< of the library that is loaded
};

// Thread safety: any thread. offers(), absent() and choose() ask libfabric anew, which takes milliseconds.

/// For people; check_running() says whether the library is new enough.
WEFT_API libfabric_versions versions();
/// All that weft knows, "ofi" first. Which providers are automatic depends on the libfabric that is running.
WEFT_API std::vector<scheme> schemes();
/// Every endpoint weft could use here, over all providers it knows; and why there is none for the others.
///@{
WEFT_API std::vector<offer> offers();
WEFT_API std::vector<rejection> absent();
///@}
/// Of every provider weft knows, in order of preference. Asks nobody.
WEFT_API std::vector<recipe> recipes();
/// What weft would open for `ofi+tcp://...` and the like. Looks at the scheme and at ?prov=, ?domain=, ?ep= and
/// ?rendezvous=; the host does not matter. \return a choice without a provider when there is none
WEFT_API choice choose(std::string_view url);

}  // namespace weft::fabric
