// SPDX-License-Identifier: MIT
// push_flood <url> <size>: dials, and sends messages of that size as fast as they go, until it is killed. Each starts
// with its number, from 0.
#include <weft/weft.hpp>

#include <cstring>
#include <string>
#include <utility>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::push_socket push(engine);
  push.dial(argv[1]);
  auto const size = std::stoul(argv[2]);
  for (std::uint64_t n = 0;; ++n) {
    auto m = weft::message::uninitialized(size);
    std::memset(m.mutable_body().data(), 0, size);
    std::memcpy(m.mutable_body().data(), &n, sizeof n);
    push.send(std::move(m));
  }
}
