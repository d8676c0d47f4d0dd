// SPDX-License-Identifier: MIT
#include "fabric/datagram_flow.hpp"

#include "datagram_rogue.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace weft::ofi {

namespace {

/// Two ends of weft's.
struct two_ends : small_network {
  void meet(std::string const& at, ext::handshake const& of_dialer, ext::handshake const& of_listener) {
    acceptor = right->listen(url::parse(at).value(), of_listener, {}).value();
    acceptor->start([this](ext::connection_result r) { b = std::make_unique<small_socket>(std::move(r).value()); });
    connector = left->dial(acceptor->local(), of_dialer, {}).value();
    connector->connect([this](ext::connection_result r) { a = std::make_unique<small_socket>(std::move(r).value()); });
    BOOST_REQUIRE(reactor.until([this] { return a && b && a->can_send(); }));
  }
  ~two_ends() {
    a.reset();
    b.reset();
  }
  bool both_over() {
    return reactor.until([this] {
      bool const one = a->is_over();
      return b->is_over() && one;
    });
  }

  std::unique_ptr<ext::acceptor> acceptor;
  std::unique_ptr<ext::connector> connector;
  std::unique_ptr<small_socket> a, b;
};

struct granted_rogue : datagram_rogue {
  explicit granted_rogue(ext::handshake const& of_victim = bus_terms) : datagram_rogue(of_victim) {
    shake_hands();
    victim->grant(1000);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_datagram_flow)

BOOST_FIXTURE_TEST_CASE(carries_messages_both_ways, two_ends) {
  for (auto const& at : {datagrams_over_udp, "ofi+sockets://127.0.0.1:0?ep=dgram"}) {
    meet(at, bus_terms, bus_terms);
    a->grant(10);
    b->grant(10);
    a->send("there");
    a->send("");
    BOOST_REQUIRE(reactor.until([&] { return b->count() == 2; }));
    BOOST_TEST(b->next_text() == "there");
    BOOST_TEST(b->next_text() == "");
    b->send(std::string(b->link->max_message(), 'x'));
    BOOST_REQUIRE(reactor.until([&] { return a->count() == 1; }));
    BOOST_TEST(a->next_text() == std::string(b->link->max_message(), 'x'));
    a.reset();
    b.reset();
  }
}

BOOST_FIXTURE_TEST_CASE(says_how_much_a_datagram_holds, two_ends) {
  meet(datagrams_over_udp, bus_terms, {0x70, 0x70, 500});
  BOOST_TEST(a->link->max_message() == 500u);
  BOOST_TEST(b->link->max_message() == 1472u - datagram_header_size);
}

BOOST_FIXTURE_TEST_CASE(counts_what_is_missing, granted_rogue) {
  send(0, "a");
  send(3, "d");
  send(4, "e");
  BOOST_TEST(heard(3) == "a d e ");
  BOOST_TEST(dropped(drop_reason::lost) == 2u);
  BOOST_TEST(dropped(drop_reason::late) == 0u);
}

BOOST_FIXTURE_TEST_CASE(drops_what_comes_late_or_again, granted_rogue) {
  for (std::uint32_t const n : {0u, 2u, 1u, 2u, 0u, 3u}) send(n, std::to_string(n));
  BOOST_TEST(heard(3) == "0 2 3 ");
  BOOST_TEST(dropped(drop_reason::lost) == 1u);
  BOOST_TEST(dropped(drop_reason::late) == 3u);
}

BOOST_FIXTURE_TEST_CASE(counts_on_when_the_numbers_go_round, granted_rogue) {
  for (std::uint32_t const n : {0x7fffffffu, 0xfffffffeu, 0xffffffffu, 0u}) send(n, std::to_string(n));
  BOOST_TEST(heard(4) == "2147483647 4294967294 4294967295 0 ");
  BOOST_TEST(dropped(drop_reason::lost) == 0xfffffffeu - 1);
}

BOOST_FIXTURE_TEST_CASE(has_room_for_so_many_and_counts_the_others, datagram_rogue) {
  shake_hands();
  for (std::uint32_t n = 0; n != 300; ++n) {
    send(n, "x");
    net.reactor.turn();
  }
  BOOST_TEST(until([this] { return dropped(drop_reason::full) == 44; }));
  BOOST_TEST(victim->inbox.empty());
  victim->grant(300);
  BOOST_TEST(until([this] { return victim->inbox.size() == 256; }));
  BOOST_TEST(dropped(drop_reason::lost) == 0u);
}

BOOST_AUTO_TEST_CASE(drops_a_message_above_the_limit) {
  granted_rogue r(ext::handshake{0x70, 0x70, 10});
  r.send(0, "12345678901");
  r.send(1, "1234567890");
  BOOST_TEST(r.heard(1) == "1234567890 ");
  BOOST_TEST(r.dropped(drop_reason::too_large) == 1u);
}

BOOST_FIXTURE_TEST_CASE(learns_from_the_goodbye_what_was_lost_at_the_end, granted_rogue) {
  send(0, "a");
  BOOST_TEST(heard(1) == "a ");
  peer->say(goodbye{errc::closed, 5, 0, {}}.encode());
  BOOST_REQUIRE(until([this] { return victim->is_over(); }));
  BOOST_TEST(*victim->closed == std::error_code());
  BOOST_TEST(dropped(drop_reason::lost) == 4u);
}

BOOST_FIXTURE_TEST_CASE(takes_what_comes_behind_a_goodbye, granted_rogue) {
  peer->say(goodbye{errc::closed, 2, 0, {}}.encode());
  peer->leave();
  for (int n = 0; n != 10; ++n) net.reactor.turn();
  BOOST_TEST(!victim->is_over());
  send(0, "a");
  send(1, "b");
  BOOST_REQUIRE(until([this] { return victim->is_over(); }));
  BOOST_TEST(heard(2) == "a b ");
  BOOST_TEST(*victim->closed == std::error_code());
  BOOST_TEST(dropped(drop_reason::lost) == 0u);
}

BOOST_FIXTURE_TEST_CASE(ends_with_the_lifeline_of_a_peer_that_died, granted_rogue) {
  peer->leave();
  BOOST_REQUIRE(until([this] { return victim->is_over(); }));
  BOOST_TEST(*victim->closed == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(hears_no_finish, granted_rogue) {
  peer->say(finish{0}.encode());
  BOOST_REQUIRE(until([this] { return victim->is_over(); }));
  BOOST_TEST(*victim->closed == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(sends_everything_before_it_ends, two_ends) {
  meet(datagrams_over_udp, bus_terms, bus_terms);
  b->grant(100);
  for (int n = 0; n != 100; ++n) a->send(std::to_string(n));
  BOOST_TEST(a->link->unconfirmed() == 0u);
  a->finish();
  BOOST_REQUIRE(both_over());
  BOOST_TEST(b->inbox.size() == 100u);
  for (auto const& end : {a.get(), b.get()}) BOOST_TEST(*end->closed == std::error_code());
}

BOOST_FIXTURE_TEST_CASE(tells_the_peer_why_it_closes, two_ends) {
  meet(datagrams_over_udp, bus_terms, bus_terms);
  a->close(errc::rejected);
  BOOST_REQUIRE(both_over());
  BOOST_TEST(*b->closed == errc::rejected);
}

// A SUB's words to its PUB.

BOOST_FIXTURE_TEST_CASE(carries_what_a_sub_says_on_the_lifeline, two_ends) {
  meet(datagrams_over_udp, sub_terms, pub_terms);
  BOOST_TEST(a->link->max_message() == longest_lifeline_message);
  auto const text = [](int n) { return std::to_string(n) + std::string(8000, 'x'); };
  // Much more than the kernel keeps, and nobody takes any.
  int sent = 0;
  for (int turns = 0; turns != 1000; ++turns) {
    if (a->can_send()) a->send(text(sent++));
    reactor.turn();
  }
  BOOST_TEST(b->count() == 0u);
  BOOST_TEST(sent > 500);
  b->grant(static_cast<unsigned>(sent));
  BOOST_REQUIRE(reactor.until([&] { return b->count() == static_cast<std::size_t>(sent); }));
  for (int n = 0; n != sent; ++n) BOOST_REQUIRE(b->next_text() == text(n));
  BOOST_TEST(reactor.until([&] { return a->can_send(); }));
}

BOOST_AUTO_TEST_CASE(hears_only_a_sub_on_the_lifeline) {
  granted_rogue bus;
  bus.peer->say(encode_lifeline_message({}));
  BOOST_REQUIRE(bus.until([&] { return bus.victim->is_over(); }));
  BOOST_TEST(*bus.victim->closed == errc::malformed);

  granted_rogue sub(pub_terms);
  sub.peer->say(encode_lifeline_message(std::as_bytes(std::span("hi", 2))));
  BOOST_TEST(sub.heard(1) == "hi ");
}

BOOST_AUTO_TEST_CASE(bears_a_loss_or_does_not) {
  for (auto const protocol : {0x20, 0x21, 0x70}) BOOST_TEST(tolerates_loss(static_cast<std::uint16_t>(protocol)));
  for (auto const protocol : {0x10, 0x11, 0x30, 0x31, 0x50, 0x51, 0x62, 0x63})
    BOOST_TEST(!tolerates_loss(static_cast<std::uint16_t>(protocol)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
