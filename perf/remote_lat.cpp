// SPDX-License-Identifier: MIT
// Round trips to a local_lat, one at a time.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto const o =
      perf::parse(argc, argv, {"remote_lat", "Measures round trips to a local_lat with the same arguments."});
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_latency_ends(o, [&]<class Ends>(Ends) {
      typename Ends::first socket{engine};
      perf::connect(socket, o);
      perf::measure_round_trips(socket, o);
    });
  });
}
