// SPDX-License-Identifier: MIT
#include "tls/tls.hpp"
#include "conformance/transport_suite.hpp"
#include "support/secured.hpp"

namespace weft::conformance {

namespace {

transport_suite const tls({.name = "tls_tcp",
                           .fresh_url = always("tls+tcp://127.0.0.1:0"),
                           .set_up = test::secured_with(transports::make_tls),
                           .two_engines = true,
                           .carries_wildcard_port = true,
                           .tells_peers = false});

}  // namespace

}  // namespace weft::conformance
