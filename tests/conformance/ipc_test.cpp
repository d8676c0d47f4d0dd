// SPDX-License-Identifier: MIT
#include "conformance/lossy.hpp"

#include "conformance/transport_suite.hpp"
#include "ipc/ipc.hpp"

namespace weft::conformance {

namespace {

transport_suite const ipc(
    {.name = "ipc", .fresh_url = numbered("ipc:///tmp/weft-conformance-"), .two_engines = true, .tells_peers = false});
transport_suite const abstract({.name = "abstract",
                                .fresh_url = numbered("abstract://weft-conformance-"),
                                .two_engines = true,
                                .tells_peers = false});

transport_under_test ipc_with(std::string name, transports::lossy_options const& faults) {
  return lossy_stream(std::move(name), numbered("lossy+ipc:///tmp/weft-lossy-"), transports::make_ipc, faults);
}

transport_suite const late_1(ipc_with("lossy_ipc_late", late(1)));
transport_suite const lost_1(ipc_with("lossy_ipc_lost_1", lost(1)));
transport_suite const lost_2(ipc_with("lossy_ipc_lost_2", lost(2)));

}  // namespace

}  // namespace weft::conformance
