// SPDX-License-Identifier: MIT
#include "client/listener.hpp"

#include <weft/fabric/client.hpp>

#include "client/choice.hpp"
#include "client/core.hpp"

namespace weft::fabric {

setup<std::unique_ptr<endpoint>> listener_core::open_for(event const& request) {
  auto in = domain::open(net, *request.request);
  if (!in) {
    (void)door->reject(request, {});
    return in.error();
  }
  // An endpoint takes the connection over, and ends it when it is closed: sockets has freed the request by then.
  return endpoint::open(*std::move(in), *request.request);
}

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
  auto e = core_->open_for(*request);
  if (!e) return e.error();
  auto made = *std::move(e);
  if (auto const why = made->accept({}, options)) return failure{why, "the client went away: " + why.message()};
  return client::run(core_->options, std::move(made));
}

}  // namespace weft::fabric
