// SPDX-License-Identifier: MIT
// push_some <url> <count>: dials, sends as many messages, each its number, and closes with all the time it needs.
// Returns 0 when all are known to have arrived.
#include <weft/weft.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::push_socket push(engine);
  push.dial(argv[1]);
  auto const count = std::stoul(argv[2]);
  for (std::uint64_t n = 0; n != count; ++n) {
    auto m = weft::message::uninitialized(sizeof n);
    std::memcpy(m.mutable_body().data(), &n, sizeof n);
    push.send(std::move(m));
  }
  return push.close(std::chrono::seconds(20)).unconfirmed == 0 ? 0 : 1;
}
