// SPDX-License-Identifier: MIT
// Listens, and sends back what remote_lat sends.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto const o = perf::parse(argc, argv, {"local_lat", "Answers remote_lat: start both with the same arguments."});
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_latency_ends(o, [&]<class Ends>(Ends) {
      typename Ends::second socket{engine};
      perf::listen(socket, o);
      perf::echo(socket, o);
      perf::close(socket);
    });
  });
}
