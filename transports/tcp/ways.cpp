// SPDX-License-Identifier: MIT
#include "tcp/ways.hpp"

#include "tcp/sockets.hpp"

#include <algorithm>
#include <utility>

namespace weft::tcp {

namespace {

std::string name_of_peer(int fd) { return stream::peer_address(fd).text(); }

setup<base::unique_fd> new_listener(stream::place const& p, tcp_options const& o, std::string const& name) {
  auto found = stream::look_up(p);
  if (!found) return failure{found.error().code, name + ": " + found.error().detail};
  // Where a socket for IPv6 can be had, it takes IPv4 as well.
  if (p.host.empty())
    std::stable_partition(found->begin(), found->end(), [](auto const& a) { return a.family() == AF_INET6; });
  return listen_at(*found, o, name);
}

}  // namespace

setup<stream::approach> way_to(url const& to, tcp_options const& o, stream::resolver& names) {
  auto way = read(to, false);
  if (!way) return way.error();
  return stream::approach{
      .resolve = [&names, place = way->place](auto done) { return names.resolve(place, std::move(done)); },
      .prepare =
          [o, source = way->source](int fd, stream::address const& a) {
            auto const why = apply(o, fd, a.family());
            return why ? why : bind_source(fd, source, a.family());
          },
      .handshake = {},
      .name_of_peer = name_of_peer};
}

setup<open_port> listen_at(url const& at, listen_options const& o) {
  auto way = read(at, true);
  if (!way) return way.error();
  auto fd = o.listening_fd < 0 ? new_listener(way->place, o.tcp, at.to_string())
                               : stream::adopt_listener(o.listening_fd, at.to_string());
  if (!fd) return fd.error();
  url local = at;
  auto const bound = stream::local_address(fd->get());
  local.port = bound.port();
  if (way->place.host.empty() || o.listening_fd >= 0) local.host = bound.host();
  return open_port{*std::move(fd), std::move(local)};
}

stream::welcome welcome_with(std::function<stream::steps()> handshake) {
  return {.prepare = {}, .handshake = std::move(handshake), .name_of_peer = name_of_peer, .at_end = {}};
}

}  // namespace weft::tcp
