// SPDX-License-Identifier: MIT
// Only built where the fabric transport is.
#include "conformance/lossy.hpp"

#include "conformance/transport_suite.hpp"
#include "transports/fabric/transport.hpp"

namespace weft::conformance {

namespace {

transport_under_test tcp_with(std::string name, transports::lossy_options const& faults) {
  return {.name = std::move(name),
          .fresh_url = always("lossy+ofi+tcp://127.0.0.1:0"),
          .set_up = wrapped(transports::make_fabric_transport, faults),
          .two_engines = true,
          .carries_wildcard_port = true,
          .survives_loss = loses(faults)};
}

transport_under_test shm_with(std::string name, transports::lossy_options const& faults) {
  return {.name = std::move(name),
          .fresh_url = numbered("lossy+ofi+shm://weft-lossy-"),
          .set_up = wrapped(transports::make_fabric_transport, faults),
          .two_engines = true,
          .survives_loss = loses(faults)};
}

transport_suite const tcp_late(tcp_with("lossy_ofi_tcp_late", late(1)));
transport_suite const tcp_lost_1(tcp_with("lossy_ofi_tcp_lost_1", lost(1)));
transport_suite const tcp_lost_2(tcp_with("lossy_ofi_tcp_lost_2", lost(2)));
transport_suite const shm_late(shm_with("lossy_ofi_shm_late", late(1)));
transport_suite const shm_lost_1(shm_with("lossy_ofi_shm_lost_1", lost(1)));
transport_suite const shm_lost_2(shm_with("lossy_ofi_shm_lost_2", lost(2)));

}  // namespace

}  // namespace weft::conformance
