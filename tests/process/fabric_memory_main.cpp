// SPDX-License-Identifier: MIT
// fabric_memory <provider> <RDM|MSG> <node>: an endpoint with memory for others. It says where it is reached, tells who
// comes where the memory is (over RDM to the address in the first message), and answers each message after that with
// what is in there. Until it is killed, or alone.
#include "process/fabric/ends.hpp"

#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/passive_endpoint.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace {

using namespace weft::fabric;

std::unique_ptr<endpoint> connected(info const& i) {
  auto const in = network::open(i).value();
  auto const door = passive_endpoint::open(in, i).value();
  std::cout << hex(door->address()) << std::endl;
  auto const request = door->next_request({}).value();
  auto e = endpoint::open(domain::open(in, *request.request).value(), *request.request).value();
  if (auto const why = e->accept({}, {})) throw std::system_error(why);
  return e;
}

std::unique_ptr<endpoint> reachable(info const& i, std::string const& name) {
  auto e = endpoint::open(i, {.name = name}).value();
  std::cout << hex(e->address()) << std::endl;
  return e;
}

peer who_comes(endpoint& e) {
  std::vector<std::byte> address(longest_address);
  auto const got = e.receive(address, {}).value();
  return e.peers() ? e.peers()->insert(std::span(address).first(got.bytes)).value() : peer::any;
}

}  // namespace

int main(int, char* argv[]) {
  auto const options = options_of(argv[1], argv[2], argv[3]);
  auto const i = richest(options);
  auto const e = options.type == endpoint_type::msg ? connected(i) : reachable(i, options.node);
  auto const memory =
      memory_region::allocate(e->domain(), memory_bytes, memory_access::remote_read | memory_access::remote_write)
          .value();
  auto const to = who_comes(*e);
  memory_place const place{memory.address(), memory.key()};
  if (e->send(std::as_bytes(std::span(&place, 1)), {.to = to})) return 1;

  auto const tagged = [&](std::uint64_t t) { return e->info().tag_bits() ? std::optional(t) : std::nullopt; };
  std::byte question[1];
  while (e->receive(question, {.tag = tagged(asking)}))
    if (e->send(memory.bytes(), {.to = to, .tag = tagged(answering)})) return 1;
}
