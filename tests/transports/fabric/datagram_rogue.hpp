// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/fabric/endpoint.hpp>

#include "fabric/datagram.hpp"
#include "fabric/datagram_connection.hpp"
#include "fabric/info.hpp"
#include "small_network.hpp"
#include "small_peer.hpp"
#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::ofi {

inline constexpr ext::handshake bus_terms{0x70, 0x70, 1 << 20};
inline constexpr ext::handshake pub_terms{0x20, 0x21, 1 << 20};
inline constexpr ext::handshake sub_terms{0x21, 0x20, 1 << 20};
inline constexpr char const* datagrams_over_udp = "ofi+udp://127.0.0.1:0?ep=dgram";

/// A peer made by hand, that sends whatever datagrams a test wants to one that listens.
class datagram_rogue {
 public:
  explicit datagram_rogue(ext::handshake const& of_victim = bus_terms) {
    acceptor_ = net.right->listen(url::parse(datagrams_over_udp).value(), of_victim, {}).value();
    acceptor_->start([this](ext::connection_result r) {
      if (r)
        victim = std::make_unique<small_socket>(*std::move(r));
      else
        refused = r.error();
    });
    peer.emplace(acceptor_->local());
    auto wanted = fabric::local_request("ofi+udp");
    wanted.endpoint = "dgram";
    endpoint = fabric::endpoint::open(fabric::select(wanted).value().chosen).value();
    introduce(of_victim);
  }
  ~datagram_rogue() { victim.reset(); }

  /// Introduces itself as `mine` says; the victim is there then.
  void shake_hands() {
    peer->say(mine.encode());
    BOOST_REQUIRE(until([this] { return victim && peer->count() == 1; }));
    theirs = hello::decode(peer->items[0].content).value();
    to_ = endpoint->peers()->insert(theirs.address).value();
  }

  /// Another lifeline, to the same place.
  void redial() { peer.emplace(acceptor_->local()); }

  datagram_header numbered(std::uint32_t sequence) const {
    return {.slot = theirs.slot, .generation = theirs.generation, .key = theirs.key, .sequence = sequence};
  }
  static std::vector<std::byte> datagram(datagram_header const& h, std::string_view text) {
    std::vector<std::byte> bytes(datagram_header_size + text.size());
    h.write(bytes.data(), text.size());
    std::ranges::copy(std::as_bytes(std::span(text)), bytes.begin() + datagram_header_size);
    return bytes;
  }
  void send(std::span<std::byte const> bytes) { BOOST_REQUIRE(!endpoint->inject(bytes, {.to = to_})); }
  void send(std::uint32_t sequence, std::string_view text) { send(datagram(numbered(sequence), text)); }

  bool until(std::function<bool()> const& holds) {
    return net.reactor.until([&] {
      if (victim) victim->answer();
      return holds();
    });
  }
  /// All that the victim was given so far, once `n` messages have come.
  std::string heard(std::size_t n) {
    BOOST_TEST(until([&] { return victim->inbox.size() >= n; }));
    std::string all;
    for (auto const& m : victim->inbox) all.append(m.text()) += ' ';
    return all;
  }
  std::uint64_t dropped(drop_reason why, direction d = direction::incoming) const { return victim->dropped.at(why, d); }
  std::uint64_t strays() const {
    pipe_info i;
    victim->link->describe(i);
    return std::stoull(std::ranges::find(i.properties, "strays", &std::pair<std::string, std::string>::first)->second);
  }

  small_network net;
  hello mine, theirs;
  std::optional<small_peer> peer;
  std::unique_ptr<fabric::endpoint> endpoint;
  std::unique_ptr<small_socket> victim;
  failure refused;

 private:
  void introduce(ext::handshake const& of_victim) {
    mine.by = path::dgram;
    mine.self = of_victim.peer;
    mine.peer = of_victim.self;
    mine.slot = 5;
    mine.generation = 6;
    mine.key = 7;
    mine.max_message = 1 << 30;
    mine.frame_size = 1472;
    mine.give = {.data = 0, .control = 0};
    mine.protocol = endpoint->info()->ep_attr->protocol;
    mine.protocol_version = endpoint->info()->ep_attr->protocol_version;
    mine.provider = endpoint->info().provider();
    mine.address = endpoint->address();
  }

  std::unique_ptr<ext::acceptor> acceptor_;
  fabric::peer to_ = fabric::peer::any;
};

}  // namespace weft::ofi
