// SPDX-License-Identifier: MIT
#include "conformance/lossy.hpp"

#include "conformance/transport_suite.hpp"
#include "tcp/tcp.hpp"

namespace weft::conformance {

namespace {

transport_suite const tcp({.name = "tcp",
                           .fresh_url = always("tcp://127.0.0.1:0"),
                           .two_engines = true,
                           .carries_wildcard_port = true,
                           .tells_peers = false});
transport_suite const tcp6({.name = "tcp6",
                            .fresh_url = always("tcp6://[::1]:0"),
                            .two_engines = true,
                            .carries_wildcard_port = true,
                            .tells_peers = false});

transport_under_test tcp_with(std::string name, transports::lossy_options const& faults) {
  return lossy_stream(std::move(name), always("lossy+tcp://127.0.0.1:0"), transports::make_tcp, faults);
}

transport_suite const late_1(tcp_with("lossy_tcp_late", late(1)));
transport_suite const lost_1(tcp_with("lossy_tcp_lost_1", lost(1)));
transport_suite const lost_2(tcp_with("lossy_tcp_lost_2", lost(2)));

}  // namespace

}  // namespace weft::conformance
