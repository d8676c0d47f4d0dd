// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_metric.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace weft::fabric {

/// Counts what happens to clients in a registry of prometheus-cpp, which the program links (prometheus-cpp-core):
/// libfabric_client_send_completed_total and the like. For client_hooks::metric; copies count in the same place.
/// The registry outlives them. Thread safety: any thread.
class prometheus_metrics {
 public:
  /// Registers a family for each kind of event.
  explicit prometheus_metrics(prometheus::Registry& registry) {
    for (std::size_t i = 0; i != families_.size(); ++i) {
      auto const& m = client_metrics[i];
      families_[i] =
          &prometheus::BuildCounter()
               .Name("libfabric_client_" + std::string(m.operation) + "_" + std::string(m.counted) + "_total")
               .Help(std::string(m.help))
               .Register(registry);
    }
  }

  /// Adds one. Cost: a look-up of the labels in the family, under its lock.
  void operator()(client_event const& e) const {
    auto const i = static_cast<std::size_t>(e.what);
    families_[i]
        ->Add({{"provider", e.of.provider},
               {"endpoint_type", e.of.endpoint_type},
               {"node", e.of.node},
               {"service", e.of.service},
               {"operation", std::string(client_metrics[i].operation)},
               {"status", e.error ? "error" : "ok"},
               {"kind", std::string(client_metrics[i].kind)}})
        .Increment();
  }

 private:
  std::array<prometheus::Family<prometheus::Counter>*, client_metrics.size()> families_{};
};

}  // namespace weft::fabric
