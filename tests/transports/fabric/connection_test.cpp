// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "small_network.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

namespace weft::ofi {

namespace {

struct fixture : small_network {
  fixture() { std::tie(dialed, accepted) = connect(free_place("ofi+tcp")); }
  std::unique_ptr<small_socket> dialed, accepted;
};

BOOST_FIXTURE_TEST_SUITE(fabric_connection, fixture)

BOOST_AUTO_TEST_CASE(it_knows_its_peer_and_what_must_be_driven) {
  BOOST_TEST(dialed->link->peer_address().find("127.0.0.1") != std::string::npos);
  BOOST_TEST(dialed->link->max_message() == terms.max_message);
  BOOST_TEST(dialed->link->source());
  BOOST_TEST(dialed->link->source() != accepted->link->source());
}

BOOST_AUTO_TEST_CASE(it_names_its_provider_and_on_one_host_the_process_of_its_peer) {
  pipe_info over_tcp;
  dialed->link->describe(over_tcp);
  BOOST_TEST(!over_tcp.credentials.has_value());
  BOOST_TEST_REQUIRE(over_tcp.properties.size() == 3u);
  BOOST_TEST(over_tcp.properties[0].first == "provider");
  BOOST_TEST(!over_tcp.properties[0].second.empty());
  BOOST_TEST(over_tcp.properties[1].first == "endpoint");
  BOOST_TEST(over_tcp.properties[1].second == "RDM");
  BOOST_TEST(over_tcp.properties[2].first == "rendezvous");
  BOOST_TEST(over_tcp.properties[2].second == "tagged");

  auto const [one, other] = connect(free_place("ofi+shm"));
  for (auto* end : {one.get(), other.get()}) {
    pipe_info over_shm;
    end->link->describe(over_shm);
    BOOST_TEST_REQUIRE(over_shm.credentials.has_value());
    BOOST_TEST(over_shm.credentials->pid == static_cast<std::uint32_t>(::getpid()));
    BOOST_TEST(over_shm.properties[0].second == "shm");
  }
}

BOOST_AUTO_TEST_CASE(large_bodies_are_read_where_both_ends_say_so) {
  auto const rendezvous = [this](std::string const& there, std::string const& here) {
    auto acceptor = right->listen(url::parse("ofi+tcp://127.0.0.1:0" + there).value(), terms, {}).value();
    auto at = acceptor->local();
    at.query = url::parse("ofi+tcp://x:1" + here).value().query;
    std::unique_ptr<ext::connection> got, made;
    acceptor->start([&](ext::connection_result r) { got = *std::move(r); });
    auto connector = left->dial(at, terms, {}).value();
    connector->connect([&](ext::connection_result r) { made = *std::move(r); });
    BOOST_REQUIRE(reactor.until([&] { return made && got; }));
    pipe_info one, other;
    made->describe(one);
    got->describe(other);
    BOOST_TEST(one.properties[2].second == other.properties[2].second);
    return one.properties[2].second;
  };
  BOOST_TEST(rendezvous("?rendezvous=read", "?rendezvous=read") == "read");
  BOOST_TEST(rendezvous("?rendezvous=read", "") == "tagged");
  BOOST_TEST(rendezvous("?rendezvous=tagged", "?rendezvous=read") == "tagged");
}

BOOST_AUTO_TEST_CASE(close_ends_at_once_and_the_peer_hears_of_it) {
  dialed->close(errc::closed);
  BOOST_TEST(dialed->is_over());
  BOOST_REQUIRE(reactor.until([&] { return accepted->is_over(); }));
  BOOST_TEST(!*accepted->closed);
}

BOOST_AUTO_TEST_CASE(dropping_it_is_noticed_by_the_peer) {
  dialed.reset();
  BOOST_REQUIRE(reactor.until([&] { return accepted->is_over(); }));
}

BOOST_AUTO_TEST_CASE(unconfirmed_counts_until_the_peer_has_taken_everything) {
  for (int i = 0; i != 5; ++i) dialed->send("x");
  reactor.turn_for(std::chrono::milliseconds(30));
  BOOST_TEST(dialed->link->unconfirmed() == 5u);
  accepted->grant(100);
  dialed->finish();
  BOOST_REQUIRE(reactor.until([&] { return accepted->count() == 5 && dialed->is_over(); }));
  BOOST_TEST(dialed->link->unconfirmed() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
