// SPDX-License-Identifier: MIT
// Work is handed out, done by several, and collected: PUSH and PULL, twice.
// One optional argument: the URL to listen at, with a port that the system chooses, for it is used twice.
#include <weft/weft.hpp>

#include <charconv>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

long number_in(weft::message const& m) {
  long n = 0;
  std::from_chars(m.text().data(), m.text().data() + m.text().size(), n);
  return n;
}

// Squares numbers until it is asked to stop.
void work(std::stop_token stop, weft::engine& engine, std::string const& from, std::string const& to) {
  weft::pull_socket tasks{engine};
  tasks.dial(from);
  weft::push_socket results{engine};
  results.dial(to);
  std::error_code why;
  for (auto task = tasks.receive({.stop = stop}, why); !why; task = tasks.receive({.stop = stop}, why))
    results.send(std::to_string(number_in(task) * number_in(task)), {.until = 10s});
}

}  // namespace

int main(int argc, char* argv[]) try {
  constexpr long count = 100;
  auto const* at = argc > 1 ? argv[1] : "ofi+tcp://127.0.0.1:0";

  weft::engine engine;
  weft::push_socket tasks{engine};
  weft::pull_socket results{engine};
  auto const from = tasks.listen(at), to = results.listen(at);

  std::vector<std::jthread> workers;
  for (int i = 0; i < 3; ++i) workers.emplace_back([&](std::stop_token stop) { work(stop, engine, from, to); });
  tasks.wait_for_peers(workers.size(), {.until = 10s});  // so that each has its share

  for (long n = 1; n <= count; ++n) tasks.send(std::to_string(n), {.until = 10s});
  long sum = 0;
  for (long n = 1; n <= count; ++n) sum += number_in(results.receive({.until = 10s}));
  std::cout << "1^2 + ... + " << count << "^2 = " << sum << '\n';
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
