// SPDX-License-Identifier: MIT
#include "ws/ws.hpp"
#include "conformance/lossy.hpp"
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

transport_under_test ws_with(std::string name, transports::lossy_options const& faults) {
  return lossy_stream(std::move(name), always("lossy+ws://127.0.0.1:0/conformance"), transports::make_ws, faults);
}
transport_under_test wss_with(std::string name, transports::lossy_options const& faults) {
  return lossy_stream(std::move(name), always("lossy+wss://127.0.0.1:0/conformance"),
                      test::secured_by(transports::make_ws), faults);
}

transport_suite const late_1(ws_with("lossy_ws_late", late(1)));
transport_suite const lost_1(ws_with("lossy_ws_lost", lost(1)));
transport_suite const lost_2(wss_with("lossy_wss_lost", lost(2)));

}  // namespace

}  // namespace weft::conformance
