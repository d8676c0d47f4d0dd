// SPDX-License-Identifier: MIT
// Sends to a local_thr as fast as it can.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto const o = perf::parse(argc, argv,
                             {.tool = "remote_thr",
                              .about = "Sends to a local_thr with the same arguments, which reports.",
                              .what = perf::measures::throughput});
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_throughput_ends(o, [&]<class Ends>(Ends) {
      typename Ends::first socket{engine};
      perf::connect(socket, o);
      perf::send_all(socket, o);
      perf::close(socket);
    });
  });
}
