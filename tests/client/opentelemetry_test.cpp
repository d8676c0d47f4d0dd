// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#ifdef WITH_OPENTELEMETRY

#include <weft/fabric/opentelemetry.hpp>

#include <opentelemetry/exporters/memory/in_memory_span_exporter.h>
#include <opentelemetry/sdk/metrics/meter_provider.h>
#include <opentelemetry/sdk/metrics/metric_reader.h>
#include <opentelemetry/sdk/trace/simple_processor.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>

#include <map>

namespace weft::fabric {

namespace {

namespace otel = opentelemetry;
namespace metrics = opentelemetry::sdk::metrics;
namespace trace = opentelemetry::sdk::trace;

/// Collects when it is asked to.
class reader : public metrics::MetricReader {
 public:
  metrics::AggregationTemporality GetAggregationTemporality(metrics::InstrumentType) const noexcept override {
    return metrics::AggregationTemporality::kCumulative;
  }
  bool OnForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool OnShutDown(std::chrono::microseconds) noexcept override { return true; }
};

/// The counters of a meter: how often each was counted with that status, by "name status".
std::map<std::string, std::int64_t> counts(reader& r) {
  std::map<std::string, std::int64_t> found;
  r.Collect([&](metrics::ResourceMetrics& all) {
    for (auto const& scope : all.scope_metric_data_)
      for (auto const& metric : scope.metric_data_)
        for (auto const& point : metric.point_data_attr_) {
          auto const status = otel::nostd::get<std::string>(point.attributes.at("status"));
          auto const sum = otel::nostd::get<metrics::SumPointData>(point.point_data);
          found[metric.instrument_descriptor.name_ + " " + status] += otel::nostd::get<std::int64_t>(sum.value_);
        }
    return true;
  });
  return found;
}

constexpr kind here{"sockets", endpoint_type::rdm};

}  // namespace

BOOST_AUTO_TEST_SUITE(the_telemetry_of_a_client)

BOOST_AUTO_TEST_CASE(is_counted_by_opentelemetry) {
  auto const collected = std::make_shared<reader>();
  metrics::MeterProvider provider;
  provider.AddMetricReader(collected);
  opentelemetry_metrics const counting(*provider.GetMeter("weft"));
  auto c = couple_over(here, [&](client_options& o) { o.hooks.metric = counting; });
  if (!c) return;
  for (int i = 0; i != 3; ++i) BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
  for (int i = 0; i != 3; ++i) BOOST_TEST(c->b.receive(soon()).has_value());
  c.reset();
  auto const found = counts(*collected);
  std::map<std::string, std::int64_t> const wanted = {{"libfabric.client.dispatcher.started ok", 2},
                                                      {"libfabric.client.dispatcher.stopped ok", 2},
                                                      {"libfabric.client.receive.completed ok", 3},
                                                      {"libfabric.client.send.completed ok", 3}};
  for (auto const& [name, times] : found) BOOST_TEST_MESSAGE(name << " " << times);
  BOOST_TEST((found == wanted));
}

BOOST_AUTO_TEST_CASE(is_traced_by_opentelemetry) {
  auto exporter = std::make_unique<otel::exporter::memory::InMemorySpanExporter>();
  auto const spans = exporter->GetData();
  trace::TracerProvider provider(std::make_unique<trace::SimpleSpanProcessor>(std::move(exporter)));
  opentelemetry_spans const tracing(provider.GetTracer("weft"));
  auto c = couple_over(here, [&](client_options& o) { o.hooks.trace = tracing; });
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
  BOOST_TEST(c->b.receive(soon()).has_value());
  BOOST_TEST((c->b.receive({.until = clock::now()}).error() == errc::timed_out));
  c.reset();
  std::map<std::string, int> ended;
  std::map<std::string, int> failed;
  for (auto const& span : spans->GetSpans()) {
    auto const name = std::string(span->GetName());
    ++ended[name];
    if (span->GetStatus() == otel::trace::StatusCode::kError) ++failed[name];
    BOOST_TEST(otel::nostd::get<std::string>(span->GetAttributes().at("provider")) == "sockets");
  }
  std::map<std::string, int> const wanted = {
      {"libfabric.client.dispatcher", 2}, {"libfabric.client.receive", 2}, {"libfabric.client.send", 1}};
  BOOST_TEST((ended == wanted));
  BOOST_TEST((failed == std::map<std::string, int>{{"libfabric.client.receive", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric

#else

#include <iostream>

BOOST_AUTO_TEST_SUITE(the_telemetry_of_a_client)

BOOST_AUTO_TEST_CASE(is_told_to_opentelemetry) {
  std::cout << "SKIPPED: opentelemetry-cpp is not installed (Debian has it from 13 on)\n";
}

BOOST_AUTO_TEST_SUITE_END()

#endif
