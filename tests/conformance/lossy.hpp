// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>

#include "conformance/transport_suite.hpp"
#include "lossy/lossy.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace weft::conformance {

/// What changes when things happen, and nothing of what happens: every promise holds.
inline transports::lossy_options late(std::uint32_t seed) {
  return {.seed = seed, .delay = 0.01, .refuse = 0.2, .most_credit = 3};
}

/// What a bad network does: every tenth message is lost, and connections live for 60 messages at most.
inline transports::lossy_options lost(std::uint32_t seed) {
  return {.seed = seed, .drop = 0.1, .delay = 0.05, .reset = 0.7, .lifetime = 60, .refuse = 0.3, .most_credit = 10};
}

/// Whether messages get lost with these.
inline bool loses(transports::lossy_options const& faults) { return faults.drop > 0 || faults.reset > 0; }

/// To add to an engine: what `make_inner` makes, with faults.
inline std::function<void(engine&)> wrapped(ext::transport_factory make_inner, transports::lossy_options faults) {
  return [make_inner = std::move(make_inner), faults = std::move(faults)](engine& e) {
    e.add_transport([&](ext::reactor& r) { return transports::make_lossy(r, make_inner(r), faults); });
  };
}

/// A stream between two engines, with faults.
inline transport_under_test lossy_stream(std::string name, std::function<std::string()> fresh_url,
                                         ext::transport_factory make_inner, transports::lossy_options const& faults) {
  auto t = transport_under_test{.name = std::move(name),
                                .fresh_url = std::move(fresh_url),
                                .set_up = wrapped(std::move(make_inner), faults),
                                .two_engines = true,
                                .tells_peers = false,
                                .survives_loss = loses(faults)};
  t.carries_wildcard_port = t.fresh_url().find(":0") != std::string::npos;
  return t;
}

}  // namespace weft::conformance
