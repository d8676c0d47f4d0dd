// SPDX-License-Identifier: MIT
// Listens, and takes the time from the first message that remote_thr sends to its last.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto const o = perf::parse(argc, argv,
                             {.tool = "local_thr",
                              .about = "Measures what a remote_thr with the same arguments sends.",
                              .what = perf::measures::throughput});
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_throughput_ends(o, [&]<class Ends>(Ends) {
      typename Ends::second socket{engine};
      perf::listen(socket, o);
      perf::measure_receives(socket, o);
    });
  });
}
