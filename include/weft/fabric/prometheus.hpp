// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>

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
  explicit prometheus_metrics(prometheus::Registry& registry) {
    for (std::size_t i = 0; i != families_.size(); ++i)
      families_[i] = &prometheus::BuildCounter().Name(rows[i].name).Help(rows[i].help).Register(registry);
  }

  void operator()(client_event const& e) const {
    auto const i = static_cast<std::size_t>(e.what);
    families_[i]
        ->Add({{"provider", e.of.provider},
               {"endpoint_type", e.of.endpoint_type},
               {"node", e.of.node},
               {"service", e.of.service},
               {"operation", rows[i].operation},
               {"status", e.error ? "error" : "ok"},
               {"kind", rows[i].kind}})
        .Increment();
  }

 private:
  struct row {
    char const* name;
    char const* operation;
    char const* kind;
    char const* help;
  };
  // In the order of client_event::kind.
  static constexpr std::array<row, 7> rows = {{
      {"libfabric_client_dispatcher_started_total", "dispatcher", "started", "Dispatchers that have begun"},
      {"libfabric_client_dispatcher_stopped_total", "dispatcher", "stopped", "Dispatchers that have ended"},
      {"libfabric_client_dispatcher_cq_errors_total", "dispatcher", "cq_error", "Completions with an error"},
      {"libfabric_client_send_completed_total", "send", "completed", "Messages that libfabric has taken"},
      {"libfabric_client_send_failed_total", "send", "failed", "Messages that were not sent"},
      {"libfabric_client_receive_completed_total", "receive", "completed", "Messages that have come"},
      {"libfabric_client_receive_failed_total", "receive", "failed", "Receives that ended in an error"},
  }};
  static_assert(static_cast<std::size_t>(client_event::kind::receive_failed) + 1 == rows.size());

  std::array<prometheus::Family<prometheus::Counter>*, rows.size()> families_{};
};

}  // namespace weft::fabric
