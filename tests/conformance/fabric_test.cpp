// SPDX-License-Identifier: MIT
#include "conformance/transport_suite.hpp"

namespace weft::conformance {

namespace {

transport_suite const tcp({.name = "ofi_tcp",
                           .fresh_url = always("ofi+tcp://127.0.0.1:0"),
                           .two_engines = true,
                           .carries_wildcard_port = true});
// Both ends on one endpoint.
transport_suite const tcp_to_itself({.name = "ofi_tcp_one_engine",
                                     .fresh_url = always("ofi+tcp://127.0.0.1:0"),
                                     .carries_wildcard_port = true});
transport_suite const shm({.name = "ofi_shm",
                           .fresh_url = numbered("ofi+shm://weft-conformance-"),
                           .two_engines = true});
transport_suite const sockets({.name = "ofi_sockets",
                               .fresh_url = always("ofi+sockets://127.0.0.1:0"),
                               .two_engines = true,
                               .carries_wildcard_port = true});
// Connected endpoints.
transport_suite const tcp_msg({.name = "ofi_tcp_msg",
                               .fresh_url = always("ofi+tcp://127.0.0.1:0?ep=msg"),
                               .two_engines = true,
                               .carries_wildcard_port = true});
// Large bodies read by their receiver, which is what RDMA hardware does best.
transport_suite const tcp_read({.name = "ofi_tcp_read",
                                .fresh_url = always("ofi+tcp://127.0.0.1:0?rendezvous=read"),
                                .two_engines = true,
                                .carries_wildcard_port = true});

}  // namespace

}  // namespace weft::conformance
