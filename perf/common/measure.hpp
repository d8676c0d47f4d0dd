// SPDX-License-Identifier: MIT
// What is measured, and how it is said: the same for weft and for the other libraries. Nothing of weft in here.
#pragma once

#include "latencies.hpp"
#include "options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace perf {

using steady = std::chrono::steady_clock;

inline void check_size(std::size_t got, options const& o) {
  if (got == o.size) return;
  throw std::runtime_error("received " + std::to_string(got) + " bytes instead of " + std::to_string(o.size) +
                           ": both ends need the same arguments");
}

/// Does `round_trip` count times after the warm-up, and takes the time of each.
template <class RoundTrip>
std::unique_ptr<latencies> time_round_trips(options const& o, RoundTrip&& round_trip) {
  auto times = std::make_unique<latencies>();
  for (std::size_t i = 0; i < o.warmup; ++i) round_trip();
  for (std::size_t i = 0; i < o.count; ++i) {
    auto const begin = steady::now();
    round_trip();
    times->add(std::chrono::nanoseconds(steady::now() - begin).count());
  }
  return times;
}

/// Does `receive` count times after the warm-up. \return messages a second, from the first one's arrival to the last's
template <class Receive>
double time_receives(options const& o, Receive&& receive) {
  for (std::size_t i = 0; i < o.warmup; ++i) receive();
  receive();
  auto const begin = steady::now();
  for (std::size_t i = 1; i < o.count; ++i) receive();
  std::chrono::duration<double> const elapsed = steady::now() - begin;
  return static_cast<double>(o.count - 1) / elapsed.count();
}

inline std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  }
  return out + '"';
}

inline std::string json_head(options const& o) {
  return "{\"tool\":" + quoted(o.tool) + ",\"url\":" + quoted(o.url) + ",\"pattern\":" + quoted(o.pattern) +
         ",\"size\":" + std::to_string(o.size) + ",\"count\":" + std::to_string(o.count);
}

inline void report(options const& o, latencies const& t) {
  char const* const format =
      o.json ? ",\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,\"max_us\":%.3f,\"mean_us\":%.3f}\n"
             : "round trip in us: p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f, mean %.2f\n";
  if (o.json) std::fputs(json_head(o).c_str(), stdout);
  std::printf(format, t.percentile(0.5), t.percentile(0.9), t.percentile(0.99), t.percentile(0.999), t.max(), t.mean());
}

/// 1 MB is 10^6 bytes.
inline void report(options const& o, double messages_per_second) {
  char const* const format = o.json ? ",\"msgs_per_s\":%.0f,\"mb_per_s\":%.2f}\n" : "%.0f messages/s, %.2f MB/s\n";
  if (o.json) std::fputs(json_head(o).c_str(), stdout);
  std::printf(format, messages_per_second, messages_per_second * static_cast<double>(o.size) / 1e6);
}

/// The other end of an inproc measurement, in a thread of its own. When it fails, the program ends: nobody would
/// answer.
inline std::jthread other_end(options const& o, std::function<void()> body) {
  return std::jthread([o, body = std::move(body)] {
    if (auto const status = run(o, body); status != 0) std::_Exit(status);
  });
}

}  // namespace perf
