// SPDX-License-Identifier: MIT
#include "tls/tls.hpp"

#include "stream/acceptor.hpp"
#include "stream/connector.hpp"
#include "stream/handshake.hpp"
#include "stream/hub.hpp"
#include "stream/resolver.hpp"
#include "tcp/sockets.hpp"
#include "tcp/ways.hpp"
#include "tls/channel.hpp"

#include <utility>

namespace weft::transports {

namespace {

stream::steps secure_greeting(std::shared_ptr<tls::context> const& c, std::string const& name,
                              ext::handshake const& h) {
  stream::steps all;
  all.push_back(std::make_unique<tls::secure>(c, name));
  all.push_back(std::make_unique<stream::greeting>(h));
  return all;
}

class tls_transport final : public ext::transport {
 public:
  explicit tls_transport(ext::reactor& r) : hub_(r), resolver_(r) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"tls+tcp", "tls+tcp4", "tls+tcp6"};
    return names;
  }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const& h, dial_options const& o) override {
    auto way = tcp::way_to(to, o.tcp, resolver_);
    if (!way) return way.error();
    auto context = tls::context::make(o.tls, tls::side::dials);
    if (!context) return context.error();
    way->handshake = [h, c = *context, name = tls::name_to_verify(to, o.tls)] { return secure_greeting(c, name, h); };
    return std::unique_ptr<ext::connector>(
        std::make_unique<stream::connector>(hub_, to.to_string(), h, o, *std::move(way)));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto context = tls::context::make(o.tls, tls::side::listens);
    if (!context) return context.error();
    auto port = tcp::listen_at(at, o);
    if (!port) return port.error();
    return std::unique_ptr<ext::acceptor>(std::make_unique<stream::acceptor>(
        hub_, std::move(port->local), std::move(port->fd), stream::framing::tcp, h, o,
        tcp::welcome_with([h, c = *context] { return secure_greeting(c, {}, h); })));
  }

 private:
  stream::hub hub_;
  stream::resolver resolver_;
};

}  // namespace

std::unique_ptr<ext::transport> make_tls(ext::reactor& r) { return std::make_unique<tls_transport>(r); }

}  // namespace weft::transports
