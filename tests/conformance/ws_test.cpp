// SPDX-License-Identifier: MIT
#include "ws/ws.hpp"
#include "conformance/transport_suite.hpp"
#include "support/secured.hpp"

namespace weft::conformance {

namespace {

transport_suite const ws({.name = "ws",
                          .fresh_url = always("ws://127.0.0.1:0/conformance"),
                          .two_engines = true,
                          .carries_wildcard_port = true,
                          .tells_peers = false});
transport_suite const wss({.name = "wss",
                           .fresh_url = always("wss://127.0.0.1:0/conformance"),
                           .set_up = test::secured_with(transports::make_ws),
                           .two_engines = true,
                           .carries_wildcard_port = true,
                           .tells_peers = false});

}  // namespace

}  // namespace weft::conformance
