// SPDX-License-Identifier: MIT
#include "tls/tls.hpp"
#include "conformance/lossy.hpp"
#include "support/secured.hpp"

namespace weft::conformance {

namespace {

transport_suite const tls({.name = "tls_tcp",
                           .fresh_url = always("tls+tcp://127.0.0.1:0"),
                           .set_up = test::secured_with(transports::make_tls),
                           .two_engines = true,
                           .carries_wildcard_port = true,
                           .tells_peers = false});

transport_under_test tls_with(std::string name, transports::lossy_options const& faults) {
  return lossy_stream(std::move(name), always("lossy+tls+tcp://127.0.0.1:0"), test::secured_by(transports::make_tls),
                      faults);
}

transport_suite const late_1(tls_with("lossy_tls_late", late(1)));
transport_suite const lost_1(tls_with("lossy_tls_lost", lost(1)));

}  // namespace

}  // namespace weft::conformance
