// SPDX-License-Identifier: MIT
// Messages from one PUB to many SUBs, each in a thread of its own.
#include "common/fan_out.hpp"
#include "common/sockets.hpp"

#include <weft/pub.hpp>
#include <weft/sub.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr unsigned longest_queue = 8192;

weft::pub::options pub_options(perf::options const& o) {
  if (o.when_full == "drop") return {};
  return {.queue = longest_queue, .when_full = weft::pub::full::block};
}
weft::sub::options sub_options(perf::options const& o) {
  if (o.when_full == "drop") return {};
  return {.queue = longest_queue, .hold_back = true};
}

struct publisher {
  weft::pub_socket socket;
  void send(perf::options const& o, perf::mark m) {
    auto message = perf::make_message(o);
    message.mutable_body().front() = static_cast<std::byte>(m);
    socket.send(std::move(message));
  }
};

struct subscriber {
  weft::sub_socket socket;
  perf::mark receive(perf::options const& o) {
    return static_cast<perf::mark>(perf::receive(socket, o).body().front());
  }
};

/// Whether both ends have to be in one engine.
bool is_local(std::string const& url) { return url.starts_with("inproc:"); }

void measure(perf::options const& o) {
  auto here = perf::make_engine(o);
  auto other = perf::make_engine(o);
  auto& there = is_local(o.url) ? here : other;
  publisher from{weft::pub_socket(here, pub_options(o))};
  auto at = o;
  at.url = from.socket.listen(o.url);
  std::vector<subscriber> to;
  for (std::size_t i = 0; i < o.subscribers; ++i) {
    auto& s = to.emplace_back(subscriber{weft::sub_socket(there, sub_options(o))}).socket;
    s.subscribe("");
    perf::connect(s, at);
  }
  from.socket.wait_for_peers(o.subscribers);
  report(o, fan_out(o, from, to));
}

}  // namespace

int main(int argc, char** argv) {
  auto const o = perf::parse(argc, argv,
                             {.tool = "fan_out",
                              .about = "Measures messages from one publisher to many subscribers.",
                              .what = perf::measures::fan_out});
  return perf::run(o, [&] { measure(o); });
}
