// SPDX-License-Identifier: MIT
#include "ws/ws.hpp"

#include <weft/error.hpp>

#include "stream/connector.hpp"
#include "stream/hub.hpp"
#include "stream/resolver.hpp"
#include "tcp/ways.hpp"
#include "tls/channel.hpp"
#include "ws/handshake.hpp"
#include "ws/port.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

namespace weft::transports {

namespace {

bool is_secure(url const& u) { return u.scheme.starts_with("wss"); }

/// The URL, as far as TCP must know it.
url place_of(url const& u) {
  url place = u;
  place.path.clear();
  place.port = u.port.value_or(is_secure(u) ? 443 : 80);
  return place;
}

std::string path_of(url const& u) { return u.path.empty() ? "/" : u.path; }

/// Under which name a port is known; all names of every address are one.
std::string key_of(url const& place) {
  bool const every = place.host.empty() || place.host == "*" || place.host == "::" || place.host == "0.0.0.0";
  return place.scheme + " " + (every ? "*" : place.host) + " " + std::to_string(*place.port);
}

auto all_of(tls_options const& o) {
  return std::tie(o.verify, o.clients, o.ca_file, o.ca_directory, o.ca, o.server_name, o.certificate_file,
                  o.certificate, o.key_file, o.key, o.key_password, o.oldest, o.newest);
}

std::optional<failure> fault_in(std::string const& url, std::string const& protocol, websocket_options const& o) {
  if (protocol.empty()) return failure{errc::unsupported, url + ": WebSocket has no name for this protocol"};
  auto const bad = std::ranges::find_if(o.headers, ws::is_forbidden);
  if (bad == o.headers.end()) return {};
  return failure{errc::invalid_option, "websocket_options: '" + bad->first + "' cannot be added as a header"};
}

class ws_transport final : public ext::transport {
 public:
  explicit ws_transport(ext::reactor& r) : hub_(r), resolver_(r) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"ws", "ws4", "ws6", "wss", "wss4", "wss6"};
    return names;
  }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const& h, dial_options const& o) override {
    auto place = place_of(to);
    auto const query = std::exchange(place.query, {});
    auto way = tcp::way_to(place, o.tcp, resolver_);
    if (!way) return way.error();
    auto const protocol = ws::name_of_protocol(h.peer);
    if (auto bad = fault_in(to.to_string(), protocol, o.websocket)) return *std::move(bad);
    auto context = context_for(to, o.tls, tls::side::dials);
    if (!context) return context.error();
    auto const target = url{.scheme = {}, .host = {}, .port = {}, .path = path_of(to), .query = query}.to_string();
    place.host = tls::name_to_verify(to, {});
    auto const host = place.to_string().substr(place.scheme.size() + 3);
    ws::wish const wish{
        target.substr(3), host, protocol, o.websocket.headers, {stream::largest_frame(h), o.websocket.frames}};
    way->framing = stream::framing::ws;
    way->handshake = [wish, c = *context, name = tls::name_to_verify(to, o.tls)] {
      stream::steps all;
      if (c) all.push_back(std::make_unique<tls::secure>(c, name));
      all.push_back(std::make_unique<ws::ask>(wish));
      return all;
    };
    return std::unique_ptr<ext::connector>(
        std::make_unique<stream::connector>(hub_, to.to_string(), h, o, *std::move(way)));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto const protocol = ws::name_of_protocol(h.self);
    if (auto bad = fault_in(at.to_string(), protocol, o.websocket)) return *std::move(bad);
    auto port = port_at(at, o);
    if (!port) return port.error();
    auto const path = path_of(at);
    if (!(*port)->let(path, h, {protocol, o.websocket.headers, {stream::largest_frame(h), o.websocket.frames}}))
      return failure{errc::address_in_use, at.to_string() + ": another socket listens at this path"};
    auto local = (*port)->local();
    local.path = at.path;
    return std::unique_ptr<ext::acceptor>(std::make_unique<ws::acceptor>(*port, path, std::move(local)));
  }

 private:
  /// Null for ws.
  static setup<std::shared_ptr<tls::context>> context_for(url const& u, tls_options const& o, tls::side s) {
    if (!is_secure(u)) return std::shared_ptr<tls::context>();
    return tls::context::make(o, s);
  }

  /// The one that is open there, or a new one.
  setup<std::shared_ptr<ws::port>> port_at(url const& at, listen_options const& o) {
    auto const place = place_of(at);
    std::lock_guard lock(mutex_);
    std::erase_if(ports_, [](auto const& entry) { return entry.second.expired(); });
    if (auto const it = ports_.find(key_of(place)); it != ports_.end() && o.listening_fd < 0)
      if (auto open = it->second.lock()) {
        if (!is_secure(at) || all_of(open->tls()) == all_of(o.tls)) return open;
        return failure{errc::invalid_option, at.to_string() + ": this port is open with other tls_options"};
      }
    auto context = context_for(at, o.tls, tls::side::listens);
    if (!context) return context.error();
    auto bound = tcp::listen_at(place, o);
    if (!bound) return bound.error();
    auto const key = key_of(bound->local);
    auto fresh = ws::port::make(hub_, *std::move(bound), o, *std::move(context));
    ports_[key] = fresh;
    return fresh;
  }

  stream::hub hub_;
  stream::resolver resolver_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<ws::port>> ports_;
};

}  // namespace

std::unique_ptr<ext::transport> make_ws(ext::reactor& r) { return std::make_unique<ws_transport>(r); }

}  // namespace weft::transports
