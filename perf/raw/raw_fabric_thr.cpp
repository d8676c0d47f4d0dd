// SPDX-License-Identifier: MIT
// One-way rate of tagged messages over bare libfabric. The server receives and takes the time; the client reports it.
// The server keeps a window of receives posted and acknowledges every half window after posting them anew, so that no
// message ever finds no receive: what providers do with unexpected messages is not what is measured here.
#include "fabric_raw.hpp"

namespace {

constexpr std::uint64_t data_tag = 1;
constexpr std::uint64_t ack_tag = 2;
constexpr std::size_t ack_size = 8;
constexpr std::size_t ack_slots = 4;  // acknowledgements on their way at once: a window has at most three halves

/// A window of message buffers and the buffers of the acknowledgements.
class lane {
 public:
  lane(raw::options const& chosen, raw::side_channel const& peer)
      : size_{chosen.size},
        half_{std::max<std::size_t>(chosen.window / 2, 1)},
        data_(chosen.window),
        endpoint_{chosen, peer, chosen.window * chosen.size + ack_slots * ack_size} {}

  std::size_t window() const { return data_.size(); }
  std::size_t half() const { return half_; }
  raw::endpoint& endpoint() { return endpoint_; }

  raw::operation& data(std::size_t n) { return data_[n % window()]; }
  raw::operation& ack(std::size_t n) { return acks_[n % ack_slots]; }

  void post_data(std::size_t n) { endpoint_.receive(data(n), data_at(n), size_, data_tag); }
  void post_ack(std::size_t n) { endpoint_.receive(ack(n), ack_at(n), ack_size, ack_tag); }
  void send_data(std::size_t n) { endpoint_.send(data(n), data_at(n), size_, data_tag); }
  void send_ack(std::size_t n) { endpoint_.send(ack(n), ack_at(n), ack_size, ack_tag); }

 private:
  std::byte* data_at(std::size_t n) { return endpoint_.memory() + n % window() * size_; }
  std::byte* ack_at(std::size_t n) { return endpoint_.memory() + window() * size_ + n % ack_slots * ack_size; }

  std::size_t size_;
  std::size_t half_;
  std::vector<raw::operation> data_;
  std::array<raw::operation, ack_slots> acks_{};
  raw::endpoint endpoint_;  // last: it may write to the operations until it is closed
};

/// Receives all messages; returns the microseconds from the first to the last.
double receive_all(lane& from, std::size_t count) {
  raw::steady::time_point first;
  for (std::size_t got = 0; got < count; ++got) {
    from.endpoint().finish(from.data(got));
    if (got == 0) first = raw::steady::now();
    from.post_data(got);
    if ((got + 1) % from.half() != 0) continue;
    std::size_t const n = got / from.half();
    from.endpoint().finish(from.ack(n));
    from.send_ack(n);
  }
  return raw::microseconds{raw::steady::now() - first}.count();
}

void send_all(lane& to, std::size_t count) {
  std::size_t acked = 0;
  for (std::size_t sent = 0; sent < count; ++sent) {
    while (sent - acked * to.half() >= to.window()) {
      to.endpoint().finish(to.ack(acked));
      to.post_ack(acked++);
    }
    to.endpoint().finish(to.data(sent));
    to.send_data(sent);
  }
  for (std::size_t n = 0; n < to.window(); ++n) to.endpoint().finish(to.data(n));
}

void serve(raw::options const& chosen, raw::side_channel const& client) {
  lane from{chosen, client};
  for (std::size_t n = 0; n < from.window(); ++n) from.post_data(n);
  client.barrier();
  double const elapsed = receive_all(from, chosen.count);
  client.write(&elapsed, sizeof elapsed);
  client.barrier();
}

void measure(raw::options const& chosen, raw::side_channel const& server) {
  lane to{chosen, server};
  for (std::size_t n = 0; n < ack_slots; ++n) to.post_ack(n);
  server.barrier();
  send_all(to, chosen.count);
  double elapsed = 0;
  server.read(&elapsed, sizeof elapsed);
  raw::report_throughput("raw_fabric_thr", chosen, static_cast<double>(chosen.count - 1) / elapsed * 1e6);
  server.barrier();
}

void run(raw::options const& chosen) {
  raw::side_channel const channel{chosen};
  if (chosen.role == raw::role::server) {
    serve(chosen, channel);
  } else {
    measure(chosen, channel);
  }
}

}  // namespace

int main(int argc, char** argv) { return raw::run_program(argc, argv, run); }
