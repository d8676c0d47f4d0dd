// SPDX-License-Identifier: MIT
#include "client/listener.hpp"

#include <weft/error.hpp>
#include <weft/fabric/client.hpp>

#include "client/choice.hpp"
#include "client/core.hpp"

#include <algorithm>
#include <chrono>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// The door's queue tells nothing of those that are on their way: they are looked at, less often while nothing happens.
constexpr clock::duration shortest_pause = 1ms, longest_pause = 100ms;

}  // namespace

setup<std::unique_ptr<endpoint>> listener_core::open_for(event const& request) {
  auto const& asked = *request.request;
  auto where = domain::open(net, asked);
  if (!where) {
    (void)door->reject(request, {});
    return where.error();
  }
  // An endpoint takes the connection over, and ends it when it is closed: sockets has freed the request by then.
  return endpoint::open(*std::move(where), asked);
}

setup<std::unique_ptr<endpoint>> listener_core::next(op_options const& limits) {
  for (auto pause = shortest_pause;; pause = std::min(2 * pause, longest_pause)) {
    if (auto connected = on_their_way.take()) return connected;
    auto const until = std::min(limits.until.when(), clock::now() + pause);
    auto request = door->next_request({.stop = limits.stop, .until = until});
    if (!request && (request.error() != errc::timed_out || until == limits.until.when()))
      return failure{request.error(), "no client has come"};
    if (!request) continue;
    auto opened = open_for(*request);
    if (!opened) return opened.error();
    auto e = *std::move(opened);
    auto const why = e->accept({}, {.until = 0s});
    if (!why) return e;
    if (why == errc::timed_out) on_their_way.add(std::move(e));
    pause = shortest_pause;
  }
}

client_listener::client_listener(std::unique_ptr<listener_core> c) noexcept : core_(std::move(c)) {}
client_listener::client_listener(client_listener&&) noexcept = default;
client_listener& client_listener::operator=(client_listener&&) noexcept = default;
client_listener::~client_listener() = default;

setup<client_listener> client_listener::listen(client_options o) {
  o.type = endpoint_type::msg;
  auto found = choose(o, end::local);
  if (!found) return found.error();
  auto net = network::open(found->what);
  if (!net) return net.error();
  auto door = passive_endpoint::open(*net, found->what);
  if (!door) return door.error();
  return client_listener(
      std::unique_ptr<listener_core>(new listener_core{std::move(o), *std::move(net), *std::move(door)}));
}

raw_address client_listener::address() const { return core_->door->address(); }

std::string client_listener::service() const {
  auto const port = port_of(address());
  return port ? std::to_string(*port) : std::string();
}

setup<client> client_listener::accept(op_options const& options) {
  auto connected = core_->next(options);
  if (!connected) return connected.error();
  return client::run(core_->options, *std::move(connected));
}

}  // namespace weft::fabric
