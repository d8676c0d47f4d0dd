// SPDX-License-Identifier: MIT
#include "tcp/tcp.hpp"

#include <weft/error.hpp>

#include "stream/acceptor.hpp"
#include "stream/connector.hpp"
#include "stream/hub.hpp"
#include "stream/resolver.hpp"
#include "tcp/sockets.hpp"

#include <algorithm>
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
    auto way = tcp::read(to, false);
    if (!way) return way.error();
    stream::approach how{
        .resolve = [this, place = way->place](auto done) { return resolver_.resolve(place, std::move(done)); },
        .prepare =
            [tcp = o.tcp, source = way->source](int fd, stream::address const& a) {
              auto const why = tcp::apply(tcp, fd, a.family());
              return why ? why : tcp::bind_source(fd, source, a.family());
            },
        .name_of_peer = [](int fd) { return stream::peer_address(fd).text(); }};
    return std::unique_ptr<ext::connector>(
        std::make_unique<stream::connector>(hub_, to.to_string(), h, o, std::move(how)));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto way = tcp::read(at, true);
    if (!way) return way.error();
    auto found = stream::look_up(way->place);
    if (!found) return failure{found.error().code, at.to_string() + ": " + found.error().detail};
    // Where a socket for IPv6 can be had, it takes IPv4 as well.
    if (way->place.host.empty())
      std::stable_partition(found->begin(), found->end(), [](auto const& a) { return a.family() == AF_INET6; });
    auto fd = tcp::listen_at(*found, o.tcp, at.to_string());
    if (!fd) return fd.error();
    url local = at;
    auto const bound = stream::local_address(fd->get());
    local.port = bound.port();
    if (way->place.host.empty()) local.host = bound.host();
    return std::unique_ptr<ext::acceptor>(std::make_unique<stream::acceptor>(
        hub_, std::move(local), *std::move(fd), h, o,
        stream::welcome{
            .prepare = {}, .name_of_peer = [](int peer) { return stream::peer_address(peer).text(); }, .at_end = {}}));
  }

 private:
  stream::hub hub_;
  stream::resolver resolver_;
};

}  // namespace

std::unique_ptr<ext::transport> make_tcp(ext::reactor& r) { return std::make_unique<tcp_transport>(r); }

}  // namespace weft::transports
