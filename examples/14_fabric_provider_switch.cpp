// SPDX-License-Identifier: MIT
// The same message over whatever a provider has: connectionless endpoints (RDM) if it can, else a connection (MSG).
// Arguments: the providers.
#include <weft/fabric/client.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

using two_clients = std::pair<fabric::client, fabric::client>;

// Each other's address is all they need.
two_clients introduce(fabric::client_options const& o) {
  auto from = fabric::client::open(o).value(), to = fabric::client::open(o).value();
  from.register_peer(to.address(), true).value();
  return {std::move(from), std::move(to)};
}

two_clients connect(fabric::client_options o) {
  auto door = fabric::client_listener::listen(o).value();
  auto accepted = std::async(std::launch::async, [&] { return door.accept({.until = 10s}).value(); });
  o.service = door.service();
  auto from = fabric::client::dial(o, {.until = 10s}).value();
  return {std::move(from), accepted.get()};
}

void try_over(std::string const& provider) {
  fabric::client_options o{.provider = provider, .node = provider == "shm" ? "" : "127.0.0.1"};
  fabric::hints const wanted{.provider = provider};
  std::cout << provider << ": ";
  if (!fabric::supports_endpoint_type(wanted, fabric::endpoint_type::rdm)) o.type = fabric::endpoint_type::msg;
  if (!fabric::supports_endpoint_type(wanted, o.type)) return void(std::cout << "not here\n");
  auto [from, to] = o.type == fabric::endpoint_type::rdm ? introduce(o) : connect(o);
  if (auto const why = from.send(std::as_bytes(std::span("a message", 9)), {.until = 10s}))
    throw std::system_error(why);
  auto const path = from.describe();
  std::cout << to.receive({.until = 10s}).value().text()
            << (o.type == fabric::endpoint_type::rdm ? " by RDM" : " by MSG") << ", " << path.protocol << ", up to "
            << path.max_message << " bytes, waits by " << path.wait << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> providers(argv + 1, argv + argc);
  if (providers.empty()) providers = {"net", "tcp", "sockets", "shm", "verbs"};
  for (auto const& p : providers) try_over(p);
}
