// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include <memory>

namespace weft::transports {

/// `ofi://host:port`, `ofi+tcp://host:port`, `ofi+shm://name` and the other schemes of libfabric's providers. Options
/// in the query: `prov` names the provider, `domain` its device, `iface` the interface of the stream socket beside,
/// `ep` the kind of endpoint (`rdm`, `msg`, `dgram`: for BUS, PUB and SUB only). The wire is described in
/// docs/wire-fabric.md. It trusts its network.
std::unique_ptr<ext::transport> make_fabric_transport(ext::reactor&);

}  // namespace weft::transports
