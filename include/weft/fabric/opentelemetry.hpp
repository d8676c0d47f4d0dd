// SPDX-License-Identifier: MIT
// For programs that have opentelemetry-cpp (Debian has it from 13 on). Its interface is made of headers alone: what
// becomes of counts and spans is for the SDK that the program installs to say, and nothing becomes of them without one.
#pragma once

#include <weft/fabric/client_metric.hpp>

#include <opentelemetry/metrics/meter.h>
#include <opentelemetry/metrics/sync_instruments.h>
#include <opentelemetry/nostd/shared_ptr.h>
#include <opentelemetry/nostd/string_view.h>
#include <opentelemetry/nostd/unique_ptr.h>
#include <opentelemetry/trace/span.h>
#include <opentelemetry/trace/tracer.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::fabric {

/// Counts what happens to clients in counters of a meter of OpenTelemetry: libfabric.client.send.completed and the
/// like. For client_hooks::metric; copies count in the same place. Thread safety: any thread.
class opentelemetry_metrics {
 public:
  /// Makes a counter for each kind of event.
  explicit opentelemetry_metrics(opentelemetry::metrics::Meter& meter) : counters_(std::make_shared<counters>()) {
    for (std::size_t i = 0; i != client_metrics.size(); ++i) {
      auto const& m = client_metrics[i];
      auto const name = "libfabric.client." + std::string(m.operation) + "." + std::string(m.counted);
      (*counters_)[i] = meter.CreateUInt64Counter(name, std::string(m.help));
    }
  }

  /// Adds one. Cost: what Counter::Add() costs with seven attributes.
  void operator()(client_event const& e) const {
    auto const i = static_cast<std::size_t>(e.what);
    auto const text = [](std::string_view s) { return opentelemetry::nostd::string_view(s.data(), s.size()); };
    (*counters_)[i]->Add(1, {{"provider", text(e.of.provider)},
                             {"endpoint_type", text(e.of.endpoint_type)},
                             {"node", text(e.of.node)},
                             {"service", text(e.of.service)},
                             {"operation", text(client_metrics[i].operation)},
                             {"status", e.error ? "error" : "ok"},
                             {"kind", text(client_metrics[i].kind)}});
  }

 private:
  using counter = opentelemetry::nostd::unique_ptr<opentelemetry::metrics::Counter<std::uint64_t>>;
  using counters = std::array<counter, client_metrics.size()>;
  std::shared_ptr<counters> counters_;
};

/// Makes a span of OpenTelemetry of each send, each receive, and the life of the dispatcher: libfabric.client.send and
/// the like, with provider, endpoint_type, node and service; one that failed has the status Error, and says why. For
/// client_hooks::trace. Thread safety: any thread.
class opentelemetry_spans {
 public:
  /// Of that tracer, which it holds.
  explicit opentelemetry_spans(opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer)
      : tracer_(std::move(tracer)) {}

  /// Begins one. \return what ends it
  std::function<void(std::error_code)> operator()(client_labels const& of, std::string_view what) const {
    auto span = tracer_->StartSpan(
        "libfabric.client." + std::string(what),
        {{"provider", of.provider}, {"endpoint_type", of.endpoint_type}, {"node", of.node}, {"service", of.service}});
    return [span = std::move(span)](std::error_code why) {
      if (why) span->SetStatus(opentelemetry::trace::StatusCode::kError, why.message());
      span->End();
    };
  }

 private:
  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer_;
};

}  // namespace weft::fabric
