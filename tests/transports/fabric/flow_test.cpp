// SPDX-License-Identifier: MIT
#include "fabric/flow.hpp"

#include <weft/error.hpp>

#include "rogue.hpp"
#include "small_network.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

constexpr char const* schemes[] = {"ofi+tcp",
                                   "ofi+shm",
                                   "ofi+sockets",
                                   "ofi+tcp?rendezvous=read",
                                   "ofi+shm?rendezvous=read",
                                   "ofi+sockets?rendezvous=read"};
auto const each = boost::unit_test::data::make(schemes);

std::string patterned(std::size_t size) {
  std::string s(size, 'x');
  for (std::size_t i = 0; i < size; i += 101) s[i] = static_cast<char>('a' + i % 26);
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_connection)

BOOST_DATA_TEST_CASE(carries_messages_of_every_size_both_ways, each, scheme) {
  couple c(scheme);
  for (std::size_t const size :
       {0u, 1u, 64u, 65u, 116u, 2047u, 2048u, 4096u, 16364u, 16365u, 20'000u, 1u << 20, (1u << 20) + 1, 5'000'000u}) {
    auto const text = patterned(size);
    c.a->send(text);
    c.b->send(text);
    BOOST_TEST_REQUIRE(c.reactor.until([&] { return c.b->count() == 1 && c.a->count() == 1; }));
    BOOST_TEST((c.b->next_text() == text));
    BOOST_TEST((c.a->next_text() == text));
  }
}

BOOST_AUTO_TEST_CASE(carries_64_mebibytes) {
  couple c;
  auto const text = patterned((64 << 20) + 12'345);
  c.a->send(text);
  BOOST_TEST_REQUIRE(c.reactor.until([&] { return c.b->count() == 1; }));
  BOOST_TEST((c.b->next_text() == text));
}

BOOST_AUTO_TEST_CASE(carries_the_words_of_a_header_apart_from_the_body) {
  couple c;
  for (std::size_t const size : {64u, 100'000u}) {
    auto m = message(patterned(size));
    for (std::uint32_t w = 1; w != 8; ++w) m.header().push(w);
    c.a->send(std::move(m));
    BOOST_TEST_REQUIRE(c.reactor.until([&] { return c.b->count() == 1; }));
    auto const& got = c.b->inbox.front();
    BOOST_TEST(got.size() == size);
    BOOST_TEST_REQUIRE(got.header().size() == 7u);
    for (std::uint32_t w = 1; w != 8; ++w) BOOST_TEST(got.header().words()[w - 1] == w);
    c.b->inbox.clear();
  }
}

BOOST_DATA_TEST_CASE(keeps_the_order_of_small_and_large_messages, each, scheme) {
  couple c(scheme);
  unsigned sent = 0, received = 0;
  auto const size_of = [](unsigned i) -> std::size_t {
    return i % 5 == 2 ? 200'000 : i % 3 == 0 ? 20'000 : 4 + i % 64;
  };
  BOOST_TEST(c.reactor.until([&] {
    if (sent != 200 && c.a->can_send()) {
      auto text = std::to_string(sent);
      text.resize(size_of(sent++), '.');
      c.a->send(text);
    }
    while (c.b->count() != 0) {
      auto const text = c.b->next_text();
      BOOST_TEST_REQUIRE(std::stoul(text) == received);
      BOOST_TEST_REQUIRE(text.size() == size_of(received++));
      c.b->grant(1);
    }
    return received == 200;
  }));
}

BOOST_AUTO_TEST_CASE(delivers_no_more_than_was_granted_and_holds_back_its_sender) {
  small_network n;
  auto [a, b] = n.connect(free_place("ofi+tcp"));
  b->grant(3);
  unsigned sent = 0;
  n.reactor.turn_for(20ms);
  for (; a->can_send() && sent != 10'000; n.reactor.turn()) {
    a->send(std::string(10'000, 'x'));
    ++sent;
  }
  n.reactor.turn_for(50ms);
  BOOST_TEST(b->count() == 3u);
  BOOST_TEST(sent < 300u);  // what the queue takes, and not more
  BOOST_TEST(!a->can_send());
  b->grant(100'000);
  BOOST_TEST(n.reactor.until([&] { return b->count() == sent; }));
  BOOST_TEST(n.reactor.until([&] { return a->can_send(); }));
}

BOOST_AUTO_TEST_CASE(that_is_slow_does_not_hold_up_another_on_the_same_endpoint) {
  small_network n;
  auto slow = n.connect(free_place("ofi+tcp"));
  auto quick = n.connect(free_place("ofi+tcp"));
  BOOST_TEST(slow.second->link->source() == quick.second->link->source());
  quick.second->grant(1000);
  for (int i = 0; i != 100 && slow.first->can_send(); ++i) slow.first->send(std::string(100'000, 'x'));
  for (int i = 0; i != 100; ++i) quick.first->send("hello");
  BOOST_TEST(n.reactor.until([&] { return quick.second->count() == 100; }));
  BOOST_TEST(slow.second->count() == 0u);
}

BOOST_AUTO_TEST_CASE(knows_how_much_its_peer_has_not_confirmed) {
  small_network n;
  auto [a, b] = n.connect(free_place("ofi+tcp"));
  for (int i = 0; i != 10; ++i) a->send("hello");
  n.reactor.turn_for(10ms);
  BOOST_TEST(a->link->unconfirmed() == 10u);
  b->grant(10);
  a->grant(10);
  BOOST_TEST(n.reactor.until([&] { return b->count() == 10; }));
  b->send("got them");
  BOOST_TEST(n.reactor.until([&] { return a->count() == 1; }));
  BOOST_TEST(a->link->unconfirmed() == 0u);
}

BOOST_AUTO_TEST_CASE(is_busy_while_something_is_under_way_and_not_when_idle) {
  couple c;
  auto* const source = c.a->link->source();
  BOOST_TEST(c.reactor.until([&] { return !source->busy(); }));
  c.a->send(std::string(8 << 20, 'x'));
  BOOST_TEST(source->busy());
  BOOST_TEST(c.reactor.attended > 0);
  BOOST_TEST(c.reactor.until([&] { return c.b->count() == 1; }));
  BOOST_TEST(c.reactor.until([&] { return !source->busy(); }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_end_of_a_connection)

BOOST_DATA_TEST_CASE(that_finishes_comes_after_everything_it_sent, each, scheme) {
  couple c(scheme);
  for (int i = 0; i != 50; ++i) c.a->send(i % 10 == 5 ? std::string(300'000, 'x') : std::string("hello"));
  c.a->finish();
  BOOST_TEST_REQUIRE(c.both_over());
  BOOST_TEST(c.b->inbox.size() == 50u);
  BOOST_TEST((!*c.a->closed && !*c.b->closed));
  BOOST_TEST(c.a->link->unconfirmed() == 0u);
}

BOOST_AUTO_TEST_CASE(that_finishes_waits_for_a_peer_that_does_not_take_its_messages) {
  small_network n;
  auto [a, b] = n.connect(free_place("ofi+tcp"));
  a->send("hello");
  a->finish();
  n.reactor.turn_for(50ms);
  BOOST_TEST((!a->is_over() && !b->is_over()));
  a->close(errc::closed);
  BOOST_TEST((a->is_over() && *a->closed == errc::closed));
  BOOST_TEST(n.reactor.until([&] { return b->is_over(); }));
  BOOST_TEST(!*b->closed);
  BOOST_TEST(b->inbox.size() == 1u);  // it was there, and is delivered all the same
}

BOOST_AUTO_TEST_CASE(when_both_finish_loses_nothing) {
  couple c;
  c.a->send("from a");
  c.b->send("from b");
  BOOST_TEST(c.reactor.until([&] { return c.a->count() == 1 && c.b->count() == 1; }));
  c.a->finish();
  c.b->finish();
  BOOST_TEST(c.both_over());
  BOOST_TEST((!*c.a->closed && !*c.b->closed));
}

BOOST_AUTO_TEST_CASE(that_closes_does_not_wait_and_tells_its_peer_why) {
  couple c;
  c.a->close(errc::busy);
  BOOST_TEST((c.a->is_over() && *c.a->closed == errc::busy));
  BOOST_TEST(c.reactor.until([&] { return c.b->is_over(); }));
  BOOST_TEST((*c.b->closed == errc::busy));
}

BOOST_DATA_TEST_CASE(in_the_middle_of_a_transfer_leaves_the_endpoint_unharmed, each, scheme) {
  couple c(scheme);
  auto other = c.connect(free_place(scheme));
  other.second->grant(10);
  c.a->send(std::string(32 << 20, 'x'));
  for (int i = 0; i != 20; ++i) c.reactor.turn();
  c.b->close(errc::closed);
  BOOST_TEST(c.both_over());
  other.first->send(std::string(1 << 20, 'y'));
  BOOST_TEST(c.reactor.until([&] { return other.second->count() == 1; }));
}

BOOST_AUTO_TEST_CASE(without_having_begun_is_told_to_the_peer) {
  small_network n;
  auto acceptor = n.right->listen(url::parse(free_place("ofi+tcp")).value(), n.terms, {}).value();
  std::unique_ptr<ext::connection> unused;
  std::unique_ptr<small_socket> dialed;
  acceptor->start([&](ext::connection_result r) { unused = *std::move(r); });
  auto connector = n.left->dial(acceptor->local(), n.terms, {}).value();
  connector->connect([&](ext::connection_result r) { dialed = std::make_unique<small_socket>(*std::move(r)); });
  BOOST_TEST_REQUIRE(n.reactor.until([&] { return dialed && unused; }));
  unused.reset();
  BOOST_TEST(n.reactor.until([&] { return dialed->is_over(); }));
  BOOST_TEST(!*dialed->closed);
}

BOOST_AUTO_TEST_CASE(of_a_peer_that_dies_is_a_reset_at_once) {
  small_network n;
  rogue r(n);
  r.shake_hands();
  r.send_text(0, "last words");
  BOOST_TEST(r.until([&] { return r.victim->count() == 1; }));
  r.fd.reset();
  BOOST_TEST(r.victim_ends_in(errc::connection_reset));
}

BOOST_AUTO_TEST_CASE(comes_when_what_was_counted_has_come_and_not_before) {
  small_network n;
  rogue r(n);
  r.shake_hands();
  r.say(goodbye{errc::closed, 2, 0, {}}.encode());  // the control frame of the beginning, and one more
  r.turn_for(20ms);
  BOOST_TEST(!r.victim->is_over());
  r.send_text(0, "late");
  BOOST_TEST(r.victim_ends_in({}));
  BOOST_TEST(r.victim->inbox.size() == 1u);
  auto const answer = r.hear_goodbye();
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST(r.until([&] { return r.is_hung_up(); }));
}

BOOST_AUTO_TEST_CASE(comes_even_when_what_was_counted_never_comes) {
  small_network n;
  rogue r(n);
  r.shake_hands();
  r.say(goodbye{errc::closed, 1000, 7, {}}.encode());
  BOOST_TEST(r.victim_ends_in({}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
