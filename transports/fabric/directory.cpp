// SPDX-License-Identifier: MIT
#include "fabric/directory.hpp"

#include "fabric/frame.hpp"

#include <unistd.h>

#include <cstring>
#include <random>

namespace weft::ofi {

namespace {

fabric::request request_for(choice const& c, std::string const& node) {
  fabric::request r;
  r.scheme = c.scheme;
  r.provider = c.provider;
  r.domain = c.domain;
  r.endpoint = c.by == path::msg ? "msg" : c.by == path::dgram ? "dgram" : "rdm";
  r.rendezvous = c.large == fabric::rendezvous::read ? "read" : "tagged";
  r.node = node;
  return r;
}

}  // namespace

std::uint64_t random_number() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

setup<choice> choice::of(url const& u) {
  for (auto const& [key, value] : u.query)
    if (key != "prov" && key != "iface" && key != "domain" && key != "ep" && key != "rendezvous")
      return failure{errc::invalid_option,
                     u.to_string() + ": unknown option '" + key + "'; there are prov, iface, domain, ep, rendezvous"};
  auto selected = fabric::select(fabric::request_for(u));
  if (!selected) return selected.error();
  auto const& facts = fabric::facts_of(selected->chosen);
  auto const type = selected->chosen.type();
  return choice{.scheme = u.scheme,
                .provider = std::string(selected->chosen.provider()),
                .domain = u.query_or("domain", ""),
                .by = type == fabric::endpoint_type::msg     ? path::msg
                      : type == fabric::endpoint_type::dgram ? path::dgram
                                                             : path::rdm,
                .large = selected->large,
                .bootstrap = facts.bootstrap,
                .ip_address = facts.ip_address};
}

directory::directory(ext::reactor& r) : reactor_(r) {
  for (std::size_t i = 0; i != identity_.size(); i += 8) {
    auto const n = random_number();
    std::memcpy(identity_.data() + i, &n, sizeof n);
  }
}

/// No two endpoints, of whatever process, may share a name: a stale region of another version crashes libfabric 2.x.
std::string directory::next_name() {
  return "weft-" + std::to_string(::getpid()) + "-" + std::to_string(++names_) + "-" +
         std::to_string(random_number() & 0xffffffff);
}

setup<flow*> directory::admit(choice const& c, std::string const& host, std::size_t max_message,
                              byte_string const& other) {
  auto const node = c.ip_address ? host : std::string();
  key const where{c.by, c.large, c.provider, c.domain, node};
  for (auto& e : endpoints_[where]) {
    if (!e->board() && e->endpoint().address() == other) continue;
    if (auto f = e->admit(max_message)) return f;
  }
  auto made = add(endpoints_, where, [&] { return open(c, node); });
  if (!made) return made.error();
  return (*made)->admit(max_message);
}

setup<std::shared_ptr<datagram_flow>> directory::admit_datagrams(choice const& c, std::string const& host,
                                                                 std::size_t max_message, byte_string const& other) {
  key const where{c.by, c.large, c.provider, c.domain, host};
  for (auto& e : datagram_endpoints_[where]) {
    if (e->address() == other) continue;
    if (auto f = e->admit(max_message)) return f;
  }
  auto made = add(datagram_endpoints_, where, [&]() -> setup<std::shared_ptr<datagram_endpoint>> {
    auto selected = fabric::select(request_for(c, host));
    if (!selected) return selected.error();
    return datagram_endpoint::open(reactor_, selected->chosen);
  });
  if (!made) return made.error();
  return (*made)->admit(max_message);
}

template <class Endpoint, class Open>
setup<Endpoint*> directory::add(std::map<key, std::vector<std::shared_ptr<Endpoint>>>& all, key const& where,
                                Open const& open_one) {
  auto made = open_one();
  if (!made) {
    auto const& [by, large, provider, domain, node] = where;
    return failure{made.error().code,
                   "provider " + provider + (node.empty() ? "" : " at " + node) + ": " + made.error().detail};
  }
  all[where].push_back(*made);
  reactor_.add(*made);
  return made->get();
}

setup<std::shared_ptr<shared_endpoint>> directory::open(choice const& c, std::string const& node) {
  bool const named = c.bootstrap == fabric::bootstrap_kind::unix_domain;
  auto const name = named ? next_name() : std::string();
  auto selected = fabric::select(request_for(c, named ? name : node));
  if (!selected) return selected.error();
  return shared_endpoint::open(reactor_, selected->chosen, name, selected->large);
}

hello directory::about(fabric::info const& info, ext::handshake const& h, std::uint64_t incarnation) const {
  hello mine;
  mine.self = h.self;
  mine.peer = h.peer;
  mine.incarnation = incarnation;
  mine.identity = identity_;
  mine.protocol = info->ep_attr->protocol;
  mine.protocol_version = info->ep_attr->protocol_version;
  mine.max_message = h.max_message;
  mine.provider = info.provider();
  return mine;
}

setup<hello> directory::introduce(flow& f, ext::handshake const& h, std::uint64_t incarnation, flow::side which) const {
  auto const& board = f.home().board();
  auto mine = about(f.home().domain()->info(), h, incarnation);
  mine.by = board ? path::msg : path::rdm;
  mine.reads = f.home().large() == fabric::rendezvous::read;
  mine.slot = f.place().slot;
  mine.generation = f.place().generation;
  mine.frame_size = static_cast<std::uint32_t>(frame_size);
  mine.give = f.given();
  if (!board) {
    mine.address = f.home().endpoint().address();
  } else if (which == flow::side::listener) {
    auto at = board->listen();
    if (!at) return at.error();
    mine.address = *std::move(at);
    mine.key = random_number();
  }
  return mine;
}

hello directory::introduce(datagram_flow& f, ext::handshake const& h, std::uint64_t incarnation) const {
  auto mine = about(f.home().info(), h, incarnation);
  f.introduce(mine);
  return mine;
}

}  // namespace weft::ofi
