// SPDX-License-Identifier: MIT
#include <weft/fabric/client.hpp>
#include <weft/fabric/passive_endpoint.hpp>

#include "client/choice.hpp"
#include "client/core.hpp"

namespace weft::fabric {

class listener_core {
 public:
  client_options options;
  std::shared_ptr<network const> net;
  std::unique_ptr<passive_endpoint> door;
};

client_listener::client_listener(std::unique_ptr<listener_core> c) noexcept : core_(std::move(c)) {}
client_listener::client_listener(client_listener&&) noexcept = default;
client_listener& client_listener::operator=(client_listener&&) noexcept = default;
client_listener::~client_listener() = default;

setup<client_listener> client_listener::listen(client_options o) {
  o.type = endpoint_type::msg;
  auto found = choose(o, end::local);
  if (!found) return found.error();
  auto net = network::open(*found);
  if (!net) return net.error();
  auto door = passive_endpoint::open(*net, *found);
  if (!door) return door.error();
  return client_listener(
      std::make_unique<listener_core>(listener_core{std::move(o), *std::move(net), *std::move(door)}));
}

raw_address client_listener::address() const { return core_->door->address(); }

std::string client_listener::service() const {
  auto const port = port_of(address());
  return port ? std::to_string(*port) : std::string();
}

setup<client> client_listener::accept(op_options const& options) {
  auto request = core_->door->next_request(options);
  if (!request) return failure{request.error(), "no client has come"};
  auto in = domain::open(core_->net, *request->request);
  if (!in) return in.error();
  auto e = endpoint::open(*std::move(in), *request->request);
  if (!e) return e.error();
  auto made = *std::move(e);
  if (auto const why = made->accept({}, options)) return failure{why, "the client went away: " + why.message()};
  return client::run(core_->options, std::move(made));
}

}  // namespace weft::fabric
