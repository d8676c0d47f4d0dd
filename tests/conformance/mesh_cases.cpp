// SPDX-License-Identifier: MIT
// Peers among peers: BUS, and PAIR 1 with one or with many.
#include "conformance/stage.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <vector>

namespace weft::conformance {

namespace {

void ten_on_a_bus_hear_all_the_others(stage& s) {
  constexpr std::size_t many = 10;
  std::vector<bus_socket> members;
  for (std::size_t i = 0; i != many; ++i) {
    members.emplace_back(i % 2 ? s.there() : s.here());
    for (std::size_t before = 0; before != i; ++before) members[i].dial(members[before].local_url());
    s.listen(members[i]);
  }
  for (auto& m : members) m.wait_for_peers(many - 1, soon());
  for (std::size_t i = 0; i != many; ++i) members[i].send(numbered_message(i), soon());
  for (std::size_t i = 0; i != many; ++i) {
    std::vector<std::size_t> heard{i};
    while (heard.size() != many) heard.push_back(number_in(members[i].receive(soon())));
    std::ranges::sort(heard);
    for (std::size_t n = 0; n != many; ++n) BOOST_TEST(heard[n] == n);
    BOOST_TEST(!members[i].try_receive().has_value());
  }
}

// What is not heard was counted: at the sender, at the receiver, or it is on its way.
void a_bus_waits_for_nobody_and_counts_what_it_drops(stage& s) {
  couple<bus_socket, bus_socket> c(s);
  constexpr std::size_t count = 5000;
  for (std::size_t i = 0; i != count; ++i) c.a.send(numbered_message(i), soon());
  std::uint64_t received = 0;
  std::size_t last = 0;
  BOOST_TEST(comes_true([&] {
    while (auto m = c.b.try_receive()) {
      BOOST_TEST((received == 0 || number_in(*m) > last));
      last = number_in(*m);
      ++received;
    }
    auto const at_a = c.a.statistics(), at_b = c.b.statistics();
    return received + at_a.dropped.total(direction::outgoing) + at_b.dropped.total(direction::incoming) == count;
  }));
  BOOST_TEST(received >= 16u);
}

void a_device_joins_two_buses(stage& s) {
  raw_bus_socket left(s.here()), right(s.here());
  auto const at_left = s.listen(left), at_right = s.listen(right);
  bus_socket a(s.there()), b(s.there()), c(s.there());
  a.dial(at_left);
  left.wait_for_peers(1, soon());
  for (auto* m : {&b, &c}) m->dial(at_right);
  right.wait_for_peers(2, soon());
  for (auto* m : {&a, &b, &c}) m->wait_for_peers(1, soon());
  device between(std::move(left), std::move(right));
  a.send("from a", soon());
  for (auto* m : {&b, &c}) BOOST_TEST(m->receive(soon()).text() == "from a");
  b.send("from b", soon());  // c and b do not hear each other
  BOOST_TEST(a.receive(soon()).text() == "from b");
  BOOST_TEST(!c.try_receive().has_value());
}

void a_pair_with_hops_talks_both_ways(stage& s) {
  couple<pair1_socket, pair1_socket> c(s);
  for (std::size_t const size : {std::size_t{0}, std::size_t{64}, std::size_t{100'000}}) {
    c.a.send(patterned(size), soon());
    auto m = c.b.receive(soon());
    BOOST_TEST(is_patterned(m, size));
    BOOST_TEST(m.header().empty());
    c.b.send(std::move(m), soon());
    BOOST_TEST(is_patterned(c.a.receive(soon()), size));
  }
}

void a_hub_speaks_to_each_of_its_peers(stage& s) {
  constexpr std::size_t many = 10;
  pair_hub_socket hub(s.here());
  auto const url = s.listen(hub);
  std::list<pair1_socket> peers;
  for (std::size_t i = 0; i != many; ++i) {
    auto& p = peers.emplace_back(s.there());
    p.dial(url);
    p.send(numbered_message(i), soon());
  }
  std::map<std::size_t, pipe_id> by_number;
  for (std::size_t i = 0; i != many; ++i) {
    auto const m = hub.receive(soon());
    by_number[number_in(m)] = m.source();
  }
  BOOST_TEST(by_number.size() == many);
  for (auto const& [number, pipe] : by_number) hub.send_to(pipe, numbered_message(number));
  for (std::size_t i = 0; auto& p : peers) BOOST_TEST(number_in(p.receive(soon())) == i++);
  for (std::size_t i = 0; i != many; ++i) hub.send("in turn", soon());
  for (auto& p : peers) BOOST_TEST(p.receive(soon()).text() == "in turn");
}

void a_hub_says_when_a_peer_is_full_or_gone(stage& s) {
  pair_hub_socket hub(s.here());
  pair1_socket peer(s.there(), {}, {.receive_window = 4});
  s.connect(peer, hub);
  peer.send("hello", soon());
  auto const to = hub.receive(soon()).source();
  std::error_code why;
  BOOST_TEST(comes_true([&] {  // nobody receives
    for (int i = 0; i != 1000 && !why; ++i) {
      message m = patterned(10'000);
      hub.send_to(to, m, why);
    }
    return why == errc::peers_full;
  }));
  peer.close();
  BOOST_TEST(comes_true([&] {
    message m("anybody?");
    hub.send_to(to, m, why);
    return why == errc::no_peers;
  }));
  message m("m");
  BOOST_TEST(send_code(hub, m, not_long()) == errc::timed_out);
}

constexpr conformance_case all[] = {
    {"ten_on_a_bus_hear_all_the_others", ten_on_a_bus_hear_all_the_others},
    {"a_bus_waits_for_nobody_and_counts_what_it_drops", a_bus_waits_for_nobody_and_counts_what_it_drops},
    {"a_device_joins_two_buses", a_device_joins_two_buses},
    {"a_pair_with_hops_talks_both_ways", a_pair_with_hops_talks_both_ways},
    {"a_hub_speaks_to_each_of_its_peers", a_hub_speaks_to_each_of_its_peers},
    {"a_hub_says_when_a_peer_is_full_or_gone", a_hub_says_when_a_peer_is_full_or_gone},
};

}  // namespace

cases mesh_cases() { return all; }

}  // namespace weft::conformance
