// SPDX-License-Identifier: MIT
// What comes to an endpoint, and what providers ask of who posts there.
#include "fabric/datagram_endpoint.hpp"

#include "datagram_rogue.hpp"
#include "support/demanding_provider.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>

namespace weft::ofi {

namespace {

struct granted_rogue : datagram_rogue {
  granted_rogue() {
    shake_hands();
    victim->grant(1000);
  }
  /// Sends what belongs to nobody, and sees that nothing happens but that it is counted.
  void send_stray(std::vector<std::byte> const& bytes, std::string_view what) {
    auto const before = strays();
    send(bytes);
    BOOST_TEST(until([&] { return strays() == before + 1; }), what);
  }
};

struct wish {
  char const* name;
  fabric::demands what;
};
std::ostream& operator<<(std::ostream& out, wish const& w) { return out << w.name; }

wish const wishes[] = {
    {"nothing", {}},
    {"registered_memory", {.local = true, .inject = 24}},
    {"contexts", {.contexts = true, .inject = 0}},
    {"no_wait", {.no_wait = true}},
    {"full_queues", {.full_every = 3}},
    {"all_of_it", {.local = true, .contexts = true, .prov_key = true, .no_wait = true, .inject = 24, .full_every = 3}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_datagram_endpoint)

BOOST_FIXTURE_TEST_CASE(drops_and_counts_what_belongs_to_nobody, granted_rogue) {
  send(0, "before");
  auto const good = numbered(1);
  auto other = good;
  other.slot += 1;
  send_stray(datagram(other, "x"), "a slot that was never given");
  other.slot = 0xffffffff;
  send_stray(datagram(other, "x"), "a slot that cannot be");
  other = good;
  other.generation += 1;
  send_stray(datagram(other, "x"), "another generation");
  other = good;
  other.key ^= 1;
  send_stray(datagram(other, "x"), "another key");
  other.sequence = 0x7fffffff;
  send_stray(datagram(other, "x"), "another key, and far ahead");
  auto whole = datagram(good, "hello");
  for (std::size_t const n : {0, 1, 27, 28, 32})
    send_stray({whole.begin(), whole.begin() + static_cast<int>(n)}, "cut");
  whole[0] = std::byte{2};
  send_stray(whole, "another version");
  send(1, "after");
  BOOST_TEST(heard(2) == "before after ");
  BOOST_TEST(dropped(drop_reason::lost) == 0u);
  BOOST_TEST(!victim->is_over());
}

BOOST_FIXTURE_TEST_CASE(bears_noise, granted_rogue) {
  std::mt19937 dice(7);
  for (int n = 0; n != 200; ++n) {
    // Every other one begins as a datagram for the victim does.
    auto noise = datagram(numbered(0), std::string(dice() % 1000, '?'));
    for (std::size_t i = n % 2 ? 0 : 12 + dice() % 4; i < noise.size(); i += 1 + dice() % 5)
      noise[i] = std::byte(dice());
    noise[16] ^= std::byte{1};
    send_stray(noise, "noise");
  }
  send(0, "after");
  BOOST_TEST(heard(1) == "after ");
}

BOOST_FIXTURE_TEST_CASE(knows_nothing_of_a_connection_that_was, granted_rogue) {
  auto const old = datagram(numbered(0), "old");
  auto const before = theirs;
  peer->say(goodbye{errc::closed, 0, 0, {}}.encode());
  BOOST_REQUIRE(until([this] { return victim->is_over(); }));
  victim.reset();
  BOOST_REQUIRE(until([this] { return peer->is_over(); }));

  redial();
  shake_hands();
  victim->grant(10);
  BOOST_TEST(theirs.slot == before.slot);
  BOOST_TEST(theirs.generation == before.generation + 1);
  BOOST_TEST(theirs.key != before.key);
  send_stray(old, "of the connection before");
  send(0, "new");
  BOOST_TEST(heard(1) == "new ");
}

BOOST_AUTO_TEST_CASE(sends_to_no_third_party) {
  datagram_rogue r;
  r.mine.address = fabric::at_host(r.mine.address, "127.0.0.2").value();
  r.shake_hands();
  BOOST_REQUIRE(r.until([&] { return r.victim->can_send(); }));
  r.victim->send("hello");
  std::vector<std::byte> datagram(100);
  auto got = r.endpoint->receive(datagram, {}, {.until = std::chrono::seconds(10)});
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->bytes == datagram_header_size + 5);
}

BOOST_AUTO_TEST_CASE(refuses_an_address_that_is_none) {
  datagram_rogue r;
  r.mine.address.resize(3);
  r.peer->say(r.mine.encode());
  BOOST_REQUIRE(r.until([&] { return r.peer->count() == 1; }));
  BOOST_REQUIRE((r.peer->items[0].kind == lifeline_kind::refusal));
  BOOST_TEST((refusal::decode(r.peer->items[0].content)->reason == refusal_reason::address));
}

BOOST_DATA_TEST_CASE(serves_providers_that_ask_for_more, boost::unit_test::data::make(wishes), wish) {
  fabric::demanding_provider provider(wish.what);
  {
    small_network net;
    net.terms = bus_terms;
    auto const [a, b] = net.connect(datagrams_over_udp);
    b->grant(1000);
    for (std::size_t size = 0; size < 1400; size += 7) {
      BOOST_REQUIRE(net.reactor.until([&x = a] { return x->can_send(); }));
      a->send(std::string(size, 'x'));
      BOOST_REQUIRE(net.reactor.until([&x = b] { return x->count() == 1; }));
      BOOST_TEST(b->next_text().size() == size);
    }
  }
  BOOST_TEST(provider.outstanding() == 0u);
  for (auto const& v : provider.violations()) BOOST_ERROR(v);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
