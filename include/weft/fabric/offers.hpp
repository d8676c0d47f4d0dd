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
  std::string provider;
  std::string fabric;
  std::string domain;
  std::string endpoint;               ///< "RDM" for any number of peers, "MSG" for one each
  std::string protocol;               ///< the wire protocol's name: both ends of a connection need the same one
  std::uint32_t protocol_number = 0;  ///< the same as libfabric's FI_PROTO_* value
  std::uint32_t protocol_version = 0;
  std::string address_format;
  std::size_t max_message = 0;  ///< bytes in one operation
  std::size_t inject = 0;       ///< bytes that are copied at once, so that their buffer is free when the call returns
  unsigned tag_bits = 0;
  std::string wait;                       ///< how a thread sleeps until something happens: "fd" or "back-off"
  std::vector<std::string> memory;        ///< what the provider wants of memory (FI_MR_* without the prefix)
  std::vector<std::string> capabilities;  ///< FI_* without the prefix

  friend bool operator==(offer const&, offer const&) = default;
};

/// Why a provider was not chosen: what stands behind "provider net ..." in a sentence.
struct rejection {
  std::string provider;
  std::string endpoint;  ///< "RDM" or "MSG": what of it was looked for; empty: either
  std::string reason;
};

/// What a URL comes to on this machine.
struct choice {
  std::string url;
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
  struct variable {
    std::string name, meaning;
  };

  std::string provider;
  std::string scheme;
  std::string endpoints;           ///< those that weft uses, such as "RDM, MSG"
  std::string wait;                ///< how a thread sleeps: "fd" or "back-off"
  std::string rendezvous;          ///< how large bodies come, where both ends can: "read" or "tagged"
  bool registers_buffers = false;  ///< FI_MR_LOCAL
  bool ip_addresses = true;
  std::string needs;  ///< of the machine
  std::vector<variable> environment;
  std::string quirks;
};

struct libfabric_versions {
  std::string compiled;
  std::string running;
};

// All of these ask libfabric anew. Thread safety: any thread. They take milliseconds.

WEFT_API libfabric_versions versions();
WEFT_API std::vector<scheme> schemes();
/// Every endpoint weft could use here, over all providers it knows; and why there is none for the others.
WEFT_API std::vector<offer> offers();
WEFT_API std::vector<rejection> absent();
/// Of every provider weft knows, in order of preference. Asks nobody.
WEFT_API std::vector<recipe> recipes();
/// What weft would open for `ofi+tcp://...` and the like. Looks at the scheme and at ?prov=, ?domain=, ?ep= and
/// ?rendezvous=; the host does not matter. \return a choice without a provider when there is none
WEFT_API choice choose(std::string_view url);

}  // namespace weft::fabric
