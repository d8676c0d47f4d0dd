// SPDX-License-Identifier: MIT
#include "fabric/linking.hpp"

#include <weft/error.hpp>

#include "link_rogue.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct scene {
  small_network net;
  link_rogue peer{net};
};

std::vector<link_request> not_quite(link_request const& right) {
  std::vector<link_request> all(3, right);
  ++all[0].key;
  ++all[1].slot;
  ++all[2].generation;
  return all;
}

// What everybody else is in for meanwhile.
bool others_talk(small_network& net) {
  auto const [a, b] = net.connect(link_rogue::at);
  b->grant(1);
  if (!net.reactor.until([&, &x = a] { return x->can_send(); })) return false;
  a->send("hello");
  return net.reactor.until([&, &x = b] { return x->count() == 1; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_connection_over_links)

BOOST_FIXTURE_TEST_CASE(is_there_when_both_are_connected, scene) {
  peer.introduce();
  peer.dial(peer.request(link_use::bulk));
  peer.turn_for(20ms);
  BOOST_TEST(!peer.victim);
  peer.dial(peer.request(link_use::frames));
  BOOST_TEST(peer.is_connected(0));
  BOOST_TEST(peer.is_connected(1));
  BOOST_TEST(peer.until([&] { return peer.victim != nullptr; }));
}

BOOST_FIXTURE_TEST_CASE(carries_frames_both_ways, scene) {
  BOOST_REQUIRE(peer.come_in());
  BOOST_REQUIRE(peer.send_text(0, "over a link"));
  BOOST_REQUIRE(peer.until([&] { return peer.victim->count() == 1; }));
  BOOST_TEST(peer.victim->next_text() == "over a link");
  BOOST_REQUIRE(peer.until([&] { return peer.victim->can_send(); }));
  peer.victim->send("and back");
  BOOST_TEST(peer.has_come(frame_kind::data));
}

BOOST_FIXTURE_TEST_CASE(is_refused_to_who_does_not_know_the_key_and_waits_for_who_does, scene) {
  peer.introduce();
  std::vector<std::size_t> wrong;
  for (auto const& r : not_quite(peer.request(link_use::frames))) wrong.push_back(peer.dial(r));
  wrong.push_back(peer.dial(std::span<std::byte const>()));
  wrong.push_back(peer.dial(byte_string(200, std::byte{0xaa})));
  for (auto const which : wrong) BOOST_TEST(peer.is_refused(which));
  auto const frames = peer.dial(peer.request(link_use::frames));
  auto const again = peer.dial(peer.request(link_use::frames));
  BOOST_TEST(peer.is_refused(again));
  auto const bulk = peer.dial(peer.request(link_use::bulk));
  BOOST_TEST(peer.is_connected(frames));
  BOOST_TEST(peer.is_connected(bulk));
  auto const late = peer.dial(peer.request(link_use::bulk));
  BOOST_TEST(peer.is_refused(late));
  BOOST_TEST(peer.until([&] { return peer.victim != nullptr; }));
}

BOOST_FIXTURE_TEST_CASE(is_refused_to_who_has_no_lifeline_even_when_nobody_is_expected, scene) {
  BOOST_REQUIRE(peer.come_in());
  auto const stranger = peer.dial(link_request{link_use::frames, 9, 9, 9});
  BOOST_TEST(peer.is_refused(stranger));
  BOOST_REQUIRE(peer.send_text(0, "still here"));
  BOOST_TEST(peer.until([&] { return peer.victim->count() == 1; }));
}

BOOST_AUTO_TEST_CASE(that_stops_half_way_ends_with_the_handshakes_time) {
  small_network net;
  link_rogue peer(net, {.handshake_timeout = 50ms});
  peer.introduce();
  auto const half = peer.dial(peer.request(link_use::frames));
  BOOST_REQUIRE(peer.until([&] { return bool(peer.refused.code); }));
  BOOST_TEST(peer.refused.code == errc::timed_out);
  BOOST_TEST(peer.is_refused(half));
  BOOST_TEST(!peer.victim);
  BOOST_TEST(others_talk(net));
}

BOOST_FIXTURE_TEST_CASE(that_is_left_half_way_disturbs_nobody, scene) {
  peer.introduce();
  peer.dial(peer.request(link_use::frames));
  peer.turn_for(5ms);
  peer.lifeline->leave();
  peer.ends.clear();
  BOOST_TEST(others_talk(net));
}

BOOST_FIXTURE_TEST_CASE(ends_on_garbage_and_no_other_does, scene) {
  auto other = net.connect(link_rogue::at);
  other.second->grant(1);
  BOOST_REQUIRE(peer.come_in());
  BOOST_REQUIRE(peer.send(0, byte_string(100, std::byte{0xaa})));
  BOOST_TEST(peer.victim_ends_in(errc::malformed));
  BOOST_REQUIRE(net.reactor.until([&] { return other.first->can_send(); }));
  other.first->send("unharmed");
  BOOST_TEST(net.reactor.until([&] { return other.second->count() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(ends_when_a_bulk_message_is_not_what_was_cleared, scene) {
  BOOST_REQUIRE(peer.come_in());
  BOOST_REQUIRE(peer.send_frame({frame_kind::data, 0, 0, 0},
                                [](record_writer& out) { out.add_request(message::uninitialized(100'000), 0); }));
  BOOST_REQUIRE(peer.has_come(frame_kind::control));
  BOOST_REQUIRE(peer.send(1, byte_string(99'999)));
  BOOST_TEST(peer.victim_ends_in(errc::malformed));
}

BOOST_FIXTURE_TEST_CASE(ends_when_its_link_does_though_the_lifeline_says_nothing, scene) {
  BOOST_REQUIRE(peer.come_in());
  peer.ends.clear();
  BOOST_TEST(peer.victim_ends_in(errc::connection_reset));
}

BOOST_FIXTURE_TEST_CASE(ends_with_its_lifeline, scene) {
  BOOST_REQUIRE(peer.come_in());
  peer.lifeline->leave();
  BOOST_TEST(peer.victim_ends_in(errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(is_one_of_so_many_in_a_domain_and_no_more) {
  small_reactor reactor;
  fabric::request wanted;
  wanted.scheme = "ofi+tcp";
  wanted.node = "127.0.0.1";
  wanted.endpoint = "msg";
  auto const home = shared_endpoint::open(reactor, fabric::select(wanted).value().chosen, {}).value();
  std::size_t n = 0;
  auto made = home->admit(1000);
  for (; made && n != 10'000; ++n) made = home->admit(1000);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().code == errc::busy);
  BOOST_TEST(n > 200u);
}

BOOST_FIXTURE_TEST_CASE(that_has_ended_gives_its_buffers_to_the_next, scene) {
  auto const pools = [this] {
    std::size_t made = 0, promised = 0;
    for (auto const& s : net.reactor.sources())
      if (auto const* e = dynamic_cast<shared_endpoint*>(s.get()); e && e->board()) {
        made += const_cast<shared_endpoint*>(e)->buffers().made();
        promised += const_cast<shared_endpoint*>(e)->buffers().promised();
      }
    return std::pair(made, promised);
  };
  std::size_t made = 0;
  for (int i = 0; i != 20; ++i) {
    auto ends = net.connect(link_rogue::at);
    ends.first->grant(1);
    ends = {};
    BOOST_REQUIRE(net.reactor.until([&] { return pools().second == credits{}.buffers(); }));  // the introduction's own
    if (i == 4) made = pools().first;
  }
  BOOST_TEST(pools().first == made);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
