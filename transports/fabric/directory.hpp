// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/ext/transport.hpp>
#include <weft/result.hpp>
#include <weft/url.hpp>

#include "fabric/datagram_flow.hpp"
#include "fabric/flow.hpp"
#include "fabric/hello.hpp"
#include "fabric/info.hpp"
#include "fabric/shared_endpoint.hpp"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace weft::ofi {

/// What of libfabric a URL means here: the provider that serves it, and what else was asked for.
struct choice {
  std::string scheme;
  std::string provider;
  std::string domain;
  path by = path::rdm;
  fabric::rendezvous large = fabric::rendezvous::tagged;
  fabric::bootstrap_kind bootstrap = fabric::bootstrap_kind::tcp;
  bool ip_address = true;

  /// \return no_provider, unknown_scheme or invalid_option, with what would work
  static setup<choice> of(url const&);
};

/// The endpoints of one engine: one for each provider and local address, made when first needed, kept until the
/// engine ends; and a further one when those there are take no more connections (shm: more than 100). Outlives the
/// dialers and listeners that use it. Thread safety: admit() on the loop; the rest any thread.
class directory {
 public:
  explicit directory(ext::reactor&);
  directory(directory const&) = delete;
  directory& operator=(directory const&) = delete;

  ext::reactor& reactor() noexcept { return reactor_; }

  /// A slot for one more connection, on an endpoint of that address.
  /// \param host numeric, of the lifeline's local end; empty where addresses are not IP's
  /// \param other the endpoint at the other end, where that is known: never the same, for not every provider's
  /// endpoints can talk to themselves
  setup<flow*> admit(choice const&, std::string const& host, std::size_t max_message, byte_string const& other);
  /// As admit(), for path DGRAM.
  setup<std::shared_ptr<datagram_flow>> admit_datagrams(choice const&, std::string const& host, std::size_t max_message,
                                                        byte_string const& other);

  /// What to tell a peer about a flow, in answer to it or not: a listener with path MSG says where its links are
  /// dialed, and with what key.
  setup<hello> introduce(flow&, ext::handshake const&, std::uint64_t incarnation, flow::side) const;
  hello introduce(datagram_flow&, ext::handshake const&, std::uint64_t incarnation) const;

 private:
  // Provider, domain, host.
  using key = std::tuple<path, fabric::rendezvous, std::string, std::string, std::string>;

  std::string next_name();
  hello about(fabric::info const&, ext::handshake const&, std::uint64_t incarnation) const;
  template <class Endpoint, class Open>
  setup<Endpoint*> add(std::map<key, std::vector<std::shared_ptr<Endpoint>>>&, key const&, Open const&);
  setup<std::shared_ptr<shared_endpoint>> open(choice const&, std::string const& node);

  ext::reactor& reactor_;
  std::array<std::byte, 16> identity_;
  std::map<key, std::vector<std::shared_ptr<shared_endpoint>>> endpoints_;
  std::map<key, std::vector<std::shared_ptr<datagram_endpoint>>> datagram_endpoints_;
  unsigned names_ = 0;
};

/// Nobody else's, and not guessed.
std::uint64_t random_number();

}  // namespace weft::ofi
