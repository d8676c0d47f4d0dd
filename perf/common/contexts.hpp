// SPDX-License-Identifier: MIT
// The command line and the report of the programs that measure many requests at a time. Nothing of weft in here.
#pragma once

#include "measure.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace perf {

struct contexts_options {
  std::string tool;
  std::string url = "inproc://contexts";
  std::size_t threads = 2;
  std::size_t contexts = 64;
  std::size_t exchanges = 100'000;
  bool json = false;
};

inline contexts_options parse_contexts(int argc, char** argv, std::string tool) {
  contexts_options o;
  o.tool = std::move(tool);
  CLI::App app{"Measures requests that are under way at the same time, one for each context of a socket.", o.tool};
  app.add_option("url", o.url, "Where both ends meet, in this process")->capture_default_str();
  app.add_option("--threads", o.threads, "Threads that ask, and as many that answer")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--contexts", o.contexts, "Requests at a time")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--exchanges", o.exchanges, "Requests in all")->check(CLI::Range(1, 1 << 30))->capture_default_str();
  app.add_flag("--json", o.json, "Report in one line of JSON");
  try {
    app.parse(argc, argv);
    if (o.contexts % o.threads != 0) throw CLI::ValidationError("--contexts", "has to be a multiple of --threads");
  } catch (CLI::ParseError const& error) {
    std::exit(app.exit(error));
  }
  return o;
}

inline void report(contexts_options const& o, std::size_t exchanges, steady::duration took) {
  double const rate = static_cast<double>(exchanges) / std::chrono::duration<double>(took).count();
  if (o.json)
    std::printf("{\"tool\":%s,\"url\":%s,\"contexts\":%zu,\"msgs_per_s\":%.0f}\n", quoted(o.tool).c_str(),
                quoted(o.url).c_str(), o.contexts, rate);
  else
    std::printf("%.0f exchanges/s\n", rate);
}

}  // namespace perf
