// SPDX-License-Identifier: MIT
#include "tcp/tcp.hpp"

#include "stream/acceptor.hpp"
#include "stream/connector.hpp"
#include "stream/handshake.hpp"
#include "stream/hub.hpp"
#include "stream/resolver.hpp"
#include "tcp/ways.hpp"

#include <utility>

namespace weft::transports {

namespace {

class tcp_transport final : public ext::transport {
 public:
  explicit tcp_transport(ext::reactor& r) : hub_(r), resolver_(r) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"tcp", "tcp4", "tcp6"};
    return names;
  }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const& h, dial_options const& o) override {
    auto way = tcp::way_to(to, o.tcp, resolver_);
    if (!way) return way.error();
    way->handshake = [h] { return stream::only_a_greeting(h); };
    return std::unique_ptr<ext::connector>(
        std::make_unique<stream::connector>(hub_, to.to_string(), h, o, *std::move(way)));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto port = tcp::listen_at(at, o);
    if (!port) return port.error();
    return std::unique_ptr<ext::acceptor>(
        std::make_unique<stream::acceptor>(hub_, std::move(port->local), std::move(port->fd), stream::framing::tcp, h,
                                           o, tcp::welcome_with([h] { return stream::only_a_greeting(h); })));
  }

 private:
  stream::hub hub_;
  stream::resolver resolver_;
};

}  // namespace

std::unique_ptr<ext::transport> make_tcp(ext::reactor& r) { return std::make_unique<tcp_transport>(r); }

}  // namespace weft::transports
