// SPDX-License-Identifier: MIT
#include "conformance/transport_suite.hpp"

namespace weft::conformance {

namespace {

transport_suite const inproc({.name = "inproc", .fresh_url = numbered("inproc://conformance-")});

}  // namespace

}  // namespace weft::conformance
