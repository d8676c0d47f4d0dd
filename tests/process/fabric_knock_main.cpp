// SPDX-License-Identifier: MIT
// fabric_knock <provider> <node> <service>: dials over MSG, does not wait for an answer, says "knocked", and then does
// nothing until it is killed.
#include <weft/fabric/endpoint.hpp>

#include <unistd.h>

#include <chrono>
#include <iostream>

int main(int, char* argv[]) {
  using namespace weft::fabric;
  using namespace std::chrono_literals;
  auto const at =
      discover({.node = argv[2], .service = argv[3], .provider = argv[1], .type = endpoint_type::msg}).value().front();
  auto const e = endpoint::open(at).value();
  if (e->connect(at.destination(), {}, {.until = 50ms})) return 1;  // let in, although nobody was to
  std::cout << "knocked" << std::endl;
  for (;;) ::pause();
}
