// SPDX-License-Identifier: MIT
// fabric_echo <provider> <RDM|MSG> <node>: a weft::fabric::client that says where it is reached, and sends back what
// comes: over MSG to the first that dials, over RDM to the address in the first message. Until it is killed, or alone.
#include "process/fabric/ends.hpp"

#include <weft/fabric/client.hpp>

#include <iostream>

namespace {

using namespace weft::fabric;

client connected(client_options const& o) {
  auto door = client_listener::listen(o).value();
  std::cout << door.service() << std::endl;
  return door.accept().value();
}

client introduced(client_options const& o) {
  auto c = client::open(o).value();
  std::cout << hex(c.address()) << std::endl;
  c.register_peer(c.receive().value().bytes(), true).value();
  return c;
}

}  // namespace

int main(int, char* argv[]) {
  auto const options = options_of(argv[1], argv[2], argv[3]);
  auto c = options.type == endpoint_type::msg ? connected(options) : introduced(options);
  while (auto m = c.receive())
    if (c.send(m->bytes())) return 1;
}
