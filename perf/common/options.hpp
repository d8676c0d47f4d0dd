// SPDX-License-Identifier: MIT
// The command line that all measuring programs share, weft's own and those of the other libraries: nanomsg's arguments
// and a few options. Nothing of weft in here.
#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace perf {

enum class measures { latency, throughput, fan_out, topics };

/// What distinguishes one program's command line from another's.
struct program {
  std::string tool;
  std::string about;
  measures what = measures::latency;
  std::vector<std::string> roles{};  ///< when there are any, the first argument is one of them
  bool takes_url = true;
  bool idles = true;  ///< has --idle
};

struct options {
  std::string tool;
  std::string role;
  std::string url;
  std::size_t size = 0;
  std::size_t count = 0;
  std::size_t warmup = 0;
  std::string pattern;
  std::string idle = "adaptive";
  std::size_t subscribers = 8;
  std::string when_full = "block";
  std::string certificate;  ///< and key, of who listens over TLS
  bool json = false;
};

inline std::vector<std::string> patterns_of(measures what) {
  if (what == measures::latency) return {"pair", "reqrep"};
  if (what == measures::throughput) return {"pipeline", "pair"};
  return {"pubsub"};
}

/// A round trip is a pair's or a request's; what goes one way, a pipeline's or a pair's; what goes to many, a pubsub's.
inline std::string check_pattern(std::string const& name, measures what) {
  auto const known = patterns_of(what);
  if (std::ranges::find(known, name) != known.end()) return {};
  return name + " is not among the patterns for this measurement: " + CLI::detail::join(known, ", ");
}

inline measures measured_by(program const& p, options const& o) {
  if (o.role.empty()) return p.what;
  if (o.role == "fan-out") return measures::fan_out;
  return o.role.find("thr") != std::string::npos ? measures::throughput : measures::latency;
}

inline void add_arguments(CLI::App& app, program const& p, options& o) {
  constexpr std::size_t largest = std::size_t{1} << 30;
  constexpr std::size_t most = std::size_t{1} << 53;
  std::size_t const least = p.what == measures::throughput ? 2 : 1;
  std::size_t const smallest = p.what == measures::fan_out ? 1 : 0;
  if (!p.roles.empty()) app.add_option("role", o.role, "What to be")->required()->check(CLI::IsMember(p.roles));
  if (p.takes_url) app.add_option("url", o.url, "Where to listen or whom to call")->required();
  app.add_option("size", o.size, "Bytes of a message")->required()->check(CLI::Range(smallest, largest));
  app.add_option("count", o.count, "Messages, or round trips")->required()->check(CLI::Range(least, most));
}

inline void add_options(CLI::App& app, program const& p, options& o) {
  constexpr std::size_t most = std::size_t{1} << 53;
  auto const first =
      p.roles.empty() ? patterns_of(p.what).front() : "pair for lat, pipeline for thr, pubsub for fan-out";
  app.add_option("--pattern", o.pattern, "pair, reqrep, pipeline or pubsub (default: " + first + ")")
      ->check(CLI::IsMember({"pair", "reqrep", "pipeline", "pubsub"}));
  bool const fans_out = p.what == measures::fan_out || std::ranges::find(p.roles, "fan-out") != p.roles.end();
  if (fans_out) {
    app.add_option("--subs", o.subscribers, "Subscribers of fan_out (default 8)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  }
  if (p.what == measures::fan_out) {
    app.add_option("--when-full", o.when_full, "What a publisher does for a slow subscriber: block (default) or drop")
        ->check(CLI::IsMember({"block", "drop"}));
  }
  if (p.idles) {
    app.add_option("--idle", o.idle, "How a waiting thread waits: block, adaptive (default) or busy")
        ->check(CLI::IsMember({"block", "adaptive", "busy"}));
  }
  app.add_option("--warmup", o.warmup, "Messages before the measurement (default: for latency 1000, at most count)")
      ->check(CLI::Range(std::size_t{0}, most));
  app.add_option("--certificate", o.certificate, "The listener's certificate and key, for TLS; who dials takes any");
  app.add_flag("--json", o.json, "Report in one line of JSON");
}

/// The options, or an exit with what is wrong with them.
inline options parse(int argc, char** argv, program const& p) {
  options o;
  o.tool = p.tool;
  CLI::App app{p.about, p.tool};
  add_arguments(app, p, o);
  add_options(app, p, o);
  try {
    app.parse(argc, argv);
    auto const what = measured_by(p, o);
    if (o.pattern.empty()) o.pattern = patterns_of(what).front();
    if (auto const wrong = check_pattern(o.pattern, what); !wrong.empty())
      throw CLI::ValidationError("--pattern", wrong);
    bool const default_warmup = app.get_option("--warmup")->empty();
    if (default_warmup && what == measures::latency) o.warmup = std::min<std::size_t>(o.count, 1000);
    if (what == measures::throughput && o.count < 2) throw CLI::ValidationError("count", "a rate needs 2 messages");
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  return o;
}

/// The body of main: an exception becomes a line on stderr and exit status 1.
template <class Run>
int run(options const& o, Run&& body) {
  try {
    body();
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", o.tool.c_str(), error.what());
    return 1;
  }
}

}  // namespace perf
