// SPDX-License-Identifier: MIT
// Pairs of clients over every provider and type of endpoint that runs here.
#pragma once

#include "support/face.hpp"

#include <weft/fabric/client.hpp>

#include <memory>
#include <optional>

namespace weft::fabric {

inline client_options options_for(kind const& k) {
  static int last = 0;
  client_options o;
  o.provider = k.provider;
  o.type = k.type;
  o.node = o.provider == "shm" ? "weft-client-" + std::to_string(getpid()) + "-" + std::to_string(++last) : "127.0.0.1";
  return o;
}

/// Two clients whose default peer is the other, or that are connected.
struct couple {
  client a, b;

  static std::unique_ptr<couple> make(client_options const& for_a, client_options const& for_b) {
    return for_a.type == endpoint_type::msg ? connected(for_a, for_b) : introduced(for_a, for_b);
  }

 private:
  static std::unique_ptr<couple> introduced(client_options const& for_a, client_options const& for_b) {
    std::unique_ptr<couple> c(new couple{client::open(for_a).value(), client::open(for_b).value()});
    BOOST_REQUIRE(c->a.register_peer(c->b.address(), true).has_value());
    BOOST_REQUIRE(c->b.register_peer(c->a.address(), true).has_value());
    return c;
  }
  static std::unique_ptr<couple> connected(client_options const& for_a, client_options const& for_b) {
    auto door = client_listener::listen(for_b).value();
    auto accepted = std::async(std::launch::async, [&] { return door.accept(soon()).value(); });
    auto to = for_a;
    to.service = door.service();
    auto a = client::dial(to, soon()).value();
    return std::unique_ptr<couple>(new couple{std::move(a), accepted.get()});
  }
};

/// Null, with the reason printed, when there is none of that kind here.
template <class Change>
std::unique_ptr<couple> couple_over(kind const& k, Change&& change) {
  if (!offered(k)) return nullptr;
  auto a = options_for(k), b = options_for(k);
  change(a);
  change(b);
  return couple::make(a, b);
}
inline std::unique_ptr<couple> couple_over(kind const& k) {
  return couple_over(k, [](client_options&) {});
}

inline std::span<std::byte const> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline constexpr kind reliable[] = {{"net", endpoint_type::rdm},     {"tcp", endpoint_type::rdm},
                                    {"shm", endpoint_type::rdm},     {"sockets", endpoint_type::rdm},
                                    {"tcp", endpoint_type::msg},     {"net", endpoint_type::msg},
                                    {"sockets", endpoint_type::msg}, {"udp;ofi_rxd", endpoint_type::rdm}};

}  // namespace weft::fabric
