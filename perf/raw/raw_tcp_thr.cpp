// SPDX-License-Identifier: MIT
// One-way rate of messages over a plain TCP socket, small ones 64 KiB at a time, the ceiling for everything that uses
// TCP. Takes the arguments of raw_fabric_thr; the provider and the window are only repeated in the report.
#include "raw_program.hpp"

namespace {

constexpr std::size_t at_a_time = 64 << 10;

/// Takes everything; returns the microseconds from the first bytes to the last.
double take(raw::side_channel const& from, std::size_t bytes, std::size_t size) {
  std::vector<std::byte> buffer(std::max(size, at_a_time));
  bytes -= from.read_some(buffer.data(), std::min(bytes, buffer.size()), 0);
  auto const first = raw::steady::now();
  while (bytes > 0) bytes -= from.read_some(buffer.data(), std::min(bytes, buffer.size()), 0);
  return raw::microseconds{raw::steady::now() - first}.count();
}

void run(raw::options const& chosen) {
  raw::side_channel const peer{chosen};
  std::size_t const bytes = chosen.size * chosen.count;
  if (chosen.role == raw::role::server) {
    double const elapsed = take(peer, bytes, chosen.size);
    peer.write(&elapsed, sizeof elapsed);
    peer.barrier();
    return;
  }
  std::vector<std::byte> const piece(std::max(chosen.size, at_a_time / chosen.size * chosen.size));
  for (std::size_t left = bytes; left > 0;) {
    auto const n = std::min(left, piece.size());
    peer.write(piece.data(), n);
    left -= n;
  }
  double elapsed = 0;
  peer.read(&elapsed, sizeof elapsed);
  raw::report_throughput("raw_tcp_thr", chosen, static_cast<double>(chosen.count) / elapsed * 1e6);
  peer.barrier();
}

}  // namespace

int main(int argc, char** argv) { return raw::run_program(argc, argv, run); }
