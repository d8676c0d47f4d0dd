// SPDX-License-Identifier: MIT
// Round-trip time of one tagged message at a time over bare libfabric. The client reports.
#include "fabric_raw.hpp"

namespace {

constexpr std::uint64_t tag = 1;

/// One message each way, in two buffers so that a receive is always posted before the peer can send.
class ping_pong {
 public:
  ping_pong(raw::options const& chosen, raw::side_channel const& peer)
      : size_{chosen.size}, endpoint_{chosen, peer, 2 * chosen.size} {
    endpoint_.receive(incoming_, inbox(), size_, tag);
    peer.barrier();
  }

  void send() { endpoint_.send(outgoing_, endpoint_.memory(), size_, tag); }

  /// The buffer of our own send is ours again, too.
  void receive() {
    endpoint_.finish(incoming_);
    endpoint_.receive(incoming_, inbox(), size_, tag);
  }

  void finish_send() { endpoint_.finish(outgoing_); }

 private:
  std::byte* inbox() { return endpoint_.memory() + size_; }

  std::size_t size_;
  raw::operation incoming_;
  raw::operation outgoing_;
  raw::endpoint endpoint_;  // last: it may write to the operations until it is closed
};

void serve(ping_pong& peer, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    peer.receive();
    peer.finish_send();
    peer.send();
  }
  peer.finish_send();
}

double round_trip(ping_pong& peer) {
  auto const begin = raw::steady::now();
  peer.send();
  peer.receive();
  peer.finish_send();
  return raw::microseconds{raw::steady::now() - begin}.count();
}

void run(raw::options const& chosen) {
  std::size_t const warm_up = std::min<std::size_t>(chosen.count, 1000);
  raw::side_channel const channel{chosen};
  ping_pong peer{chosen, channel};
  if (chosen.role == raw::role::server) {
    serve(peer, warm_up + chosen.count);
  } else {
    for (std::size_t i = 0; i < warm_up; ++i) round_trip(peer);
    std::vector<double> trips(chosen.count);
    for (auto& trip : trips) trip = round_trip(peer);
    raw::report_latency("raw_fabric_lat", chosen, std::move(trips));
  }
  channel.barrier();
}

}  // namespace

int main(int argc, char** argv) { return raw::run_program(argc, argv, run); }
