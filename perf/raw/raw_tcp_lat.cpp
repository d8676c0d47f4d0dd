// SPDX-License-Identifier: MIT
// Round-trip time of one message at a time over a plain TCP socket: the floor for everything that uses TCP.
// Takes the arguments of raw_fabric_lat; the provider is only repeated in the report.
#include "raw_program.hpp"

namespace {

/// What is there, waiting in the chosen way until there is something.
std::size_t read_some(raw::side_channel const& peer, std::byte* data, std::size_t size, raw::wait_mode wait) {
  if (wait != raw::wait_mode::block) {
    raw::spin pause;
    do {
      if (auto const got = peer.read_some(data, size, MSG_DONTWAIT)) return got;
    } while (wait == raw::wait_mode::poll || pause.again());
  }
  return peer.read_some(data, size, 0);
}

void read_message(raw::side_channel const& peer, std::vector<std::byte>& message, raw::wait_mode wait) {
  for (std::size_t got = 0; got < message.size();) {
    got += read_some(peer, message.data() + got, message.size() - got, wait);
  }
}

double round_trip(raw::side_channel const& peer, std::vector<std::byte>& message, raw::wait_mode wait) {
  auto const begin = raw::steady::now();
  peer.write(message.data(), message.size());
  read_message(peer, message, wait);
  return raw::microseconds{raw::steady::now() - begin}.count();
}

void run(raw::options const& chosen) {
  std::size_t const warm_up = std::min<std::size_t>(chosen.count, 1000);
  std::vector<std::byte> message(chosen.size);
  auto const wait = chosen.wait();
  raw::side_channel const peer{chosen};
  if (chosen.role == raw::role::server) {
    for (std::size_t i = 0; i < warm_up + chosen.count; ++i) {
      read_message(peer, message, wait);
      peer.write(message.data(), message.size());
    }
  } else {
    for (std::size_t i = 0; i < warm_up; ++i) round_trip(peer, message, wait);
    std::vector<double> trips(chosen.count);
    for (auto& trip : trips) trip = round_trip(peer, message, wait);
    raw::report_latency("raw_tcp_lat", chosen, std::move(trips));
  }
}

}  // namespace

int main(int argc, char** argv) { return raw::run_program(argc, argv, run); }
