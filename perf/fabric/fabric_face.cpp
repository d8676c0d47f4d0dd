// SPDX-License-Identifier: MIT
// What weft::fabric costs beside libfabric's C interface: both do the same work in one process, in turns.
#include "bare_pair.hpp"
#include "face_pair.hpp"
#include "work.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using face = perf::worker<perf::face_pair>;
using bare = perf::worker<perf::bare_pair>;

using perf::median;

/// Times of the same thing, round for round.
struct times {
  std::vector<double> weft, bare;

  void add(double w, double b) {
    weft.push_back(w);
    bare.push_back(b);
  }
  double apart() const {
    std::vector<double> all(weft.size());
    std::transform(weft.begin(), weft.end(), bare.begin(), all.begin(), std::minus<>());
    return median(std::move(all));
  }
  double ratio() const { return median(weft) / median(bare); }
};

struct results {
  times receive, send, completion, trip, write;
};

/// Does `work` with each, either of them first every other time; `note` keeps what comes of it.
template <class Work, class Note>
void in_turns(std::size_t rounds, face& weft, bare& raw, Work&& work, Note&& note) {
  for (std::size_t i = 0; i != rounds; ++i) {
    bool const first = i % 2 == 0;
    auto const early = first ? work(weft) : work(raw);
    auto const late = first ? work(raw) : work(weft);
    first ? note(early, late) : note(late, early);
  }
}

void measure(face& weft, bare& raw, results& r) {
  in_turns(
      400, weft, raw, [](auto& w) { return w.post_and_complete(); },
      [&](perf::costs const& w, perf::costs const& b) {
        r.receive.add(w.receive, b.receive);
        r.send.add(w.send, b.send);
        r.completion.add(w.completion, b.completion);
      });
  in_turns(
      6, weft, raw, [](auto& w) { return w.ping_pong(400); }, [&](double w, double b) { r.trip.add(w, b); });
  in_turns(
      4, weft, raw, [](auto& w) { return w.write(32); }, [&](double w, double b) { r.write.add(w, b); });
}

void print(char const* what, times const& t, double figure, char const* unit, char const* bar, bool met) {
  std::printf("%-20s weft %9.1f ns   libfabric %9.1f ns  %8.3f %-8s wanted %-6s %s\n", what, median(t.weft),
              median(t.bare), figure, unit, bar, met ? "yes" : "no");
}

void print_difference(char const* what, times const& t) {
  print(what, t, t.apart(), "ns more", "<=50", t.apart() <= 50);
}

void run(std::string const& provider, std::size_t pairs) {
  results r;
  for (std::size_t i = 0; i != pairs; ++i) {
    // In turns here, too: what the provider gets from the system first makes a twentieth of a rate.
    std::optional<bare> raw;
    if (i % 2 == 0) raw.emplace(std::make_unique<perf::bare_pair>(provider));
    face weft(std::make_unique<perf::face_pair>(provider));
    if (!raw) raw.emplace(std::make_unique<perf::bare_pair>(provider));
    measure(weft, *raw, r);
  }
  std::printf("over %s, medians of rounds that took turns\n", provider.c_str());
  print_difference("post a receive", r.receive);
  print_difference("post a send", r.send);
  print_difference("take a completion", r.completion);
  print("round trip of 64 B", r.trip, r.trip.ratio(), "times", "<=1.03", r.trip.ratio() <= 1.03);
  auto const rate = 1 / r.write.ratio();
  print("write of 1 MiB", r.write, rate, "the rate", ">=0.97", rate >= 0.97);
}

}  // namespace

int main(int argc, char** argv) {
  std::string provider;
  std::size_t pairs = 10;
  CLI::App app{"What weft::fabric costs beside libfabric's C interface, over one provider."};
  app.add_option("provider", provider, "net, tcp or shm")->required();
  app.add_option("--pairs", pairs, "How many pairs of endpoints are made and measured")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  try {
    run(provider, pairs);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "fabric_face: %s\n", error.what());
    return 1;
  }
}
