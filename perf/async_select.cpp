// SPDX-License-Identifier: MIT
// What a select costs: over two channels that are ready, and over many that are not.
#include "common/in_turns.hpp"

#include <weft/channel.hpp>
#include <weft/engine.hpp>
#include <weft/pair.hpp>
#include <weft/select.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t rounds = 11, steps = 50'000;

/// Two channels that always have something: what select() takes is put back.
double two_ready() {
  weft::channel<int> a(2), b(2);
  a.send(1);
  b.send(1);
  return perf::nanoseconds_each(steps, [&] {
    weft::select(on_receive(a, [&](int n) { (void)a.try_send(n); }),
                 on_receive(b, [&](int n) { (void)b.try_send(n); }));
  });
}

/// What of that is not the select's.
double put_and_take() {
  weft::channel<int> a(2);
  a.send(1);
  return perf::nanoseconds_each(steps, [&] {
    int n = a.try_receive().value();
    (void)a.try_send(n);
  });
}

/// One of a thousand has something.
double selector_over(std::size_t count) {
  std::vector<weft::channel<int>> idle;
  weft::selector all;
  for (std::size_t i = 0; i != count; ++i) all.add(on_receive(idle.emplace_back(2)));
  auto& busy = idle[count / 2];
  (void)all.poll();
  return perf::nanoseconds_each(steps, [&] {
    int n = 1;
    (void)busy.try_send(n);
    (void)all.wait();
  });
}

/// The same with sockets: one of them has a message.
double selector_over_sockets(std::size_t count) {
  weft::engine home;
  std::vector<weft::pair_socket> in, out;
  weft::selector all;
  for (std::size_t i = 0; i != count; ++i) {
    auto const url = "inproc://select-" + std::to_string(i);
    in.emplace_back(home);
    out.emplace_back(home);
    out.back().dial(in.back().listen(url));
    out.back().wait_for_peers(1);
    in.back().wait_for_peers(1);
    all.add(on_receive(in.back()));
  }
  auto& busy = out[count / 2];
  return perf::nanoseconds_each(steps / 10, [&] {
    busy.send("m");
    (void)all.wait();
  });
}

}  // namespace

int main() {
  perf::compete(rounds, {
                            {"select over 2 that are ready, and its value back", two_ready},
                            {"the same without the select", put_and_take},
                            {"selector over 1 channel: send, wait", [] { return selector_over(1); }},
                            {"selector over 1,000 channels: send, wait", [] { return selector_over(1000); }},
                            {"selector over 1 inproc PAIR: send, wait", [] { return selector_over_sockets(1); }},
                            {"selector over 100 inproc PAIRs: send, wait", [] { return selector_over_sockets(100); }},
                        });
}
