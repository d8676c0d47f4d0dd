// SPDX-License-Identifier: MIT
// Round trips between two threads of one process.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto o = perf::parse(
      argc, argv, {.tool = "inproc_lat", .about = "Measures round trips between two threads.", .takes_url = false});
  o.url = "inproc://inproc_lat";
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_latency_ends(o, [&]<class Ends>(Ends) {
      typename Ends::second answers{engine};
      typename Ends::first asks{engine};
      answers.listen(o.url);
      perf::connect(asks, o);
      auto const other = perf::other_end(o, [&] { perf::echo(answers, o); });
      perf::measure_round_trips(asks, o);
    });
  });
}
