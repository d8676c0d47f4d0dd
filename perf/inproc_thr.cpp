// SPDX-License-Identifier: MIT
// Messages one way between two threads of one process.
#include "common/sockets.hpp"

int main(int argc, char** argv) {
  auto o = perf::parse(argc, argv,
                       {.tool = "inproc_thr",
                        .about = "Measures messages one way between two threads.",
                        .what = perf::measures::throughput,
                        .takes_url = false});
  o.url = "inproc://inproc_thr";
  return perf::run(o, [&] {
    auto engine = perf::make_engine(o);
    perf::with_throughput_ends(o, [&]<class Ends>(Ends) {
      typename Ends::second receives{engine};
      typename Ends::first sends{engine};
      receives.listen(o.url);
      perf::connect(sends, o);
      auto const other = perf::other_end(o, [&] { perf::send_all(sends, o); });
      perf::measure_receives(receives, o);
    });
  });
}
