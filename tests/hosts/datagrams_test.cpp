// SPDX-License-Identifier: MIT
// Messages as datagrams between two hosts: what gets lost is counted, and all else is whole and in order.
#include "hosts/slow_wire.hpp"
#include "hosts/suites.hpp"
#include "hosts/two_hosts.hpp"
#include "process/scene.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace weft::hosts {

namespace {

using process::await;
using process::patience;
using process::soon;
using namespace std::chrono_literals;

// As over streams: the kernel gives a silent peer up, and then the dialer tries again.
constexpr auto noticed_within = 10s;
constexpr auto back_within = 30s;

// For one that may be lost: another 40 times as long as the way.
constexpr auto a_while = 50ms;

constexpr auto incoming = direction::incoming;
constexpr auto outgoing = direction::outgoing;

/// Two hosts with an engine on each: the counters of both ends are ours to read.
struct both_ends {
  static engine made_at(host const& h) {
    host::stay const at(h);
    return engine();
  }
  /// A socket of `there`, which listens.
  std::string listen(auto& socket, std::string const& url) const {
    host::stay const at(hosts.there);
    return socket.listen(url);
  }
  void connect(auto& at_here, auto& at_there, std::string const& url) const {
    at_here.dial(listen(at_there, url));
    at_here.wait_for_peers(1, soon());
    at_there.wait_for_peers(1, soon());
  }

  two_hosts const hosts;
  engine here;
  engine there = made_at(hosts.there);
};

std::string datagram(std::uint64_t n) {
  auto text = std::to_string(n) + ' ';
  text.resize(1000, static_cast<char>('a' + n % 26));
  return text;
}

/// What comes to an end, which must be what was sent, and in order.
struct ear {
  bool hears(auto& socket, clock::duration within) {
    std::error_code none;
    auto const m = socket.receive({.until = within}, none);
    if (none) return false;
    auto const n = std::stoull(std::string(m.text()));
    BOOST_TEST((n >= next && m.text() == datagram(n)));
    next = n + 1;
    ++heard;
    return true;
  }
  void hears_the_rest(auto& socket) {
    while (hears(socket, a_while)) {}
  }

  std::uint64_t next = 0, heard = 0;
};

void all_come(auto& from, auto& to) {
  ear e;
  for (std::uint64_t n = 0; n != 100; ++n) {
    from.send(datagram(n));
    BOOST_TEST(e.hears(to, patience));
  }
  BOOST_TEST(e.heard == 100u);
}

void a_peer_is_reached_over_the_cable_that_leads_to_it(url_at url) {
  for (auto const& address : {two_hosts::far_address(), two_hosts::far_address6()}) {
    BOOST_TEST_INFO_SCOPE(address);
    both_ends e;
    e.hosts.pull_out("near");
    bus_socket a(e.here), b(e.there);
    e.connect(a, b, url(address));
    all_come(a, b);
    all_come(b, a);
    std::string const as_long_as_may_be(1444, 'x');
    a.send(as_long_as_may_be);
    BOOST_TEST(b.receive(soon()).text() == as_long_as_may_be);
    for (auto const* end : {&a, &b}) BOOST_TEST(end->statistics().dropped.total(incoming) == 0u);
  }
}

void a_publisher_at_every_address_is_heard_at_each(url_at at) {
  both_ends e;
  pub_socket pub(e.there);
  auto listening = url::parse(e.listen(pub, at("0.0.0.0"))).value();
  for (auto const& [address, other] :
       {std::pair{two_hosts::near_address(), "far"}, std::pair{two_hosts::far_address(), "near"}}) {
    e.hosts.pull_out(other);
    sub_socket sub(e.here);
    sub.subscribe("");
    listening.host = address;
    sub.dial(listening.to_string());
    pub.wait_for_peers(1, soon());
    all_come(pub, sub);
    e.hosts.plug_in(other);
  }
}

void each_of_two_peers_is_reached_over_its_own_cable(url_at url) {
  both_ends e;
  bus_socket a(e.here), at_near(e.there), at_far(e.there);
  monitor events(a);
  e.connect(a, at_near, url(two_hosts::near_address()));
  e.connect(a, at_far, url(two_hosts::far_address()));
  a.wait_for_peers(2, soon());
  all_come(at_near, a);
  all_come(at_far, a);
  e.hosts.pull_out("near");
  auto const lost = await(events, monitor_event::lost, noticed_within);
  BOOST_TEST((lost && lost->peer.find(two_hosts::near_address()) != std::string::npos));
  all_come(a, at_far);
  all_come(at_far, a);
}

/// What came, what is counted, and the sender's goodbye say the same.
void nothing_is_unaccounted_for(auto& from, auto& to, ear& e, std::uint64_t sent) {
  monitor events(to);
  from.close(patience);
  BOOST_TEST(await(events, monitor_event::lost).has_value());
  e.hears_the_rest(to);
  auto const dropped = to.statistics().dropped;
  BOOST_TEST(to.statistics().received.messages == e.heard);
  BOOST_TEST(e.heard + dropped.at(drop_reason::lost, incoming) + from.statistics().dropped.total(outgoing) == sent);
}

void some_are_lost(both_ends const& e, auto& from, auto& to, std::string const& url) {
  e.hosts.lose(5);
  e.connect(to, from, url);
  constexpr std::uint64_t count = 400;
  ear listening;
  for (std::uint64_t n = 0; n != count; ++n) {
    from.send(datagram(n));
    listening.hears(to, a_while);
  }
  nothing_is_unaccounted_for(from, to, listening, count);
  BOOST_TEST(to.statistics().dropped.at(drop_reason::lost, incoming) != 0u);
  BOOST_TEST(listening.heard > count / 2);
}

void a_bus_counts_what_the_network_loses(url_at url) {
  both_ends e;
  bus_socket a(e.there), b(e.here);
  some_are_lost(e, a, b, url(two_hosts::far_address()));
}

// What it wants travels beside the datagrams, and is not lost.
void a_subscriber_counts_what_the_network_loses(url_at url) {
  both_ends e;
  pub_socket pub(e.there);
  sub_socket sub(e.here);
  sub.subscribe("");
  some_are_lost(e, pub, sub, url(two_hosts::far_address()));
}

void what_is_overtaken_is_late(url_at url) {
  both_ends e;
  slow_wire const wire(e.hosts, {.delay = 5ms, .percent_overtaken = 20});
  bus_socket a(e.there), b(e.here);
  e.connect(b, a, url(slow_wire::far_address()));
  std::uint64_t sent = 0;
  ear listening;
  while (sent != 200) {
    for (int i = 0; i != 10; ++i) a.send(datagram(sent++));
    listening.hears_the_rest(b);
  }
  nothing_is_unaccounted_for(a, b, listening, sent);
  auto const dropped = b.statistics().dropped;
  BOOST_TEST(dropped.at(drop_reason::late, incoming) != 0u);
  BOOST_TEST(dropped.at(drop_reason::late, incoming) == dropped.at(drop_reason::lost, incoming));
}

void a_cable_out_for_a_moment_costs_what_is_sent_meanwhile(url_at url) {
  both_ends e;
  bus_socket a(e.here), b(e.there, {.receive_queue = 1000});  // what waited for the cable comes all at once
  e.connect(a, b, url(two_hosts::far_address()));
  monitor events(a);
  std::uint64_t sent = 0;
  ear listening;
  auto const next_comes = [&](clock::duration within) {
    a.send(datagram(sent++));
    return listening.hears(b, within);
  };
  for (int i = 0; i != 10; ++i) BOOST_TEST(next_comes(patience));
  e.hosts.pull_out("far");
  for (int i = 0; i != 10; ++i) BOOST_TEST(!next_comes({}));
  BOOST_TEST(a.statistics().dropped.at(drop_reason::lost, outgoing) == 10u);  // the system has no way for them
  e.hosts.plug_in("far");
  auto const end = clock::now() + patience;
  while (!next_comes(a_while) && clock::now() < end) {}
  for (int i = 0; i != 10; ++i) BOOST_TEST(next_comes(patience));
  BOOST_TEST(!events.try_next().has_value());  // one connection all the time
  nothing_is_unaccounted_for(a, b, listening, sent);
}

void a_peer_comes_back_with_its_cable(url_at url) {
  both_ends e;
  bus_socket a(e.here), b(e.there);
  e.connect(a, b, url(two_hosts::far_address()));
  monitor events(a), events_there(b);
  e.hosts.pull_out("far");
  for (auto* m : {&events, &events_there}) BOOST_TEST(await(*m, monitor_event::lost, noticed_within).has_value());
  a.send("to nobody");
  BOOST_TEST(a.statistics().dropped.at(drop_reason::no_peer, outgoing) == 1u);
  e.hosts.plug_in("far");
  for (auto* m : {&events, &events_there}) BOOST_TEST(await(*m, monitor_event::connected, back_within).has_value());
  all_come(a, b);
  all_come(b, a);
}

#define WEFT_CASE(name) \
  hosts_case { #name, name }
constexpr hosts_case cases[] = {WEFT_CASE(a_peer_is_reached_over_the_cable_that_leads_to_it),
                                WEFT_CASE(a_publisher_at_every_address_is_heard_at_each),
                                WEFT_CASE(each_of_two_peers_is_reached_over_its_own_cable),
                                WEFT_CASE(a_bus_counts_what_the_network_loses),
                                WEFT_CASE(a_subscriber_counts_what_the_network_loses),
                                WEFT_CASE(what_is_overtaken_is_late),
                                WEFT_CASE(a_cable_out_for_a_moment_costs_what_is_sent_meanwhile),
                                WEFT_CASE(a_peer_comes_back_with_its_cable)};
#undef WEFT_CASE

// Not sockets: its datagrams are streams in disguise.
constexpr transport transports[] = {{"ofi_udp_dgram", "ofi+udp://", ":0?ep=dgram"}};

[[maybe_unused]] bool const added = add_suites(transports, cases);

}  // namespace

}  // namespace weft::hosts
