// SPDX-License-Identifier: MIT
#include "fabric/transport.hpp"

#include <weft/error.hpp>
#include <weft/fabric/offers.hpp>

#include "small_network.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>

namespace weft::ofi {

namespace {

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

struct fixture : small_network {
  setup<std::unique_ptr<ext::acceptor>> listen(std::string_view at) {
    return right->listen(url::parse(at).value(), terms, {});
  }
  failure refused_listen(std::string_view at) {
    auto const made = listen(at);
    BOOST_REQUIRE(!made);
    return made.error();
  }
  failure refused_dial(std::string_view at) {
    auto const made = left->dial(url::parse(at).value(), terms, {});
    BOOST_REQUIRE(!made);
    return made.error();
  }
  /// A message there, and one back.
  void talk(std::string const& at) {
    auto const [a, b] = connect(at);
    a->grant(1);
    b->grant(1);
    BOOST_REQUIRE(reactor.until([&, &x = a, &y = b] { return x->can_send() & y->can_send(); }));
    a->send("there");
    BOOST_REQUIRE(reactor.until([&x = b] { return x->count() == 1; }));
    BOOST_TEST(b->next_text() == "there");
    b->send("and back");
    BOOST_REQUIRE(reactor.until([&x = a] { return x->count() == 1; }));
    BOOST_TEST(a->next_text() == "and back");
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_transport)

BOOST_FIXTURE_TEST_CASE(it_knows_its_schemes, fixture) {
  auto const known = left->schemes();
  for (std::string_view const s : {"ofi", "ofi+tcp", "ofi+shm", "ofi+sm"})
    BOOST_TEST((std::ranges::find(known, s) != known.end()), s);
}

BOOST_FIXTURE_TEST_CASE(both_sides_say_at_once_what_is_wrong_with_a_url, fixture) {
  for (auto const& why : {refused_listen("ofi+tcp://127.0.0.1"), refused_dial("ofi+tcp://127.0.0.1")}) {
    BOOST_TEST(why.code == errc::invalid_url);
    BOOST_TEST(contains(why.detail, "the port is missing"), why.detail);
  }
  for (auto const& why :
       {refused_listen("ofi+tcp://127.0.0.1:0?prov=smoke"), refused_dial("ofi+tcp://127.0.0.1:1?prov=smoke")}) {
    BOOST_TEST(why.code == errc::invalid_option);
    BOOST_TEST(contains(why.detail, "?prov=smoke: no such provider"), why.detail);
  }
  BOOST_TEST(refused_dial("ofi+tcp://127.0.0.1:0").code == errc::invalid_url);
  BOOST_TEST(refused_dial("ofi+tcp://*:1").code == errc::invalid_url);
  BOOST_TEST(refused_dial("ofi+tcp://127.0.0.1:1?what=ever").code == errc::invalid_option);
}

BOOST_FIXTURE_TEST_CASE(an_interface_that_is_not_there_is_told_at_once, fixture) {
  auto const why = refused_listen("ofi+tcp://*:0?iface=nix0");
  BOOST_TEST(why.code == errc::invalid_url);
  BOOST_TEST(contains(why.detail, "no such interface"), why.detail);
}

BOOST_FIXTURE_TEST_CASE(port_0_becomes_a_real_port, fixture) {
  auto const local = listen("ofi+tcp://127.0.0.1:0").value()->local();
  BOOST_TEST(local.host == "127.0.0.1");
  BOOST_REQUIRE(local.port.has_value());
  BOOST_TEST(*local.port != 0);
  BOOST_TEST(url::parse(local.to_string()).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_wildcard_becomes_an_address, fixture) {
  auto const every = listen("ofi+tcp://*:0").value()->local();
  BOOST_TEST(every.host == "0.0.0.0");
  BOOST_TEST(every.port.value_or(0) != 0);
  BOOST_TEST(listen("ofi+tcp://*:0?iface=lo").value()->local().host == "127.0.0.1");
}

BOOST_FIXTURE_TEST_CASE(a_wildcard_is_warned_of, fixture) {
  for (std::string const at : {"ofi+tcp://*:0", "ofi+tcp://0.0.0.0:0"})
    BOOST_TEST(contains(listen(at).value()->warning(), "trusts whoever reaches it"), at);
  for (std::string const& at :
       {std::string("ofi+tcp://127.0.0.1:0"), std::string("ofi+tcp://*:0?iface=lo"), free_place("ofi+shm")})
    BOOST_TEST(listen(at).value()->warning() == "", at);
}

BOOST_FIXTURE_TEST_CASE(a_name_of_shared_memory_stays_as_it_is, fixture) {
  auto const at = free_place("ofi+shm");
  BOOST_TEST(listen(at).value()->local().to_string() == at);
}

BOOST_FIXTURE_TEST_CASE(an_address_in_use_is_told_until_it_is_free, fixture) {
  for (std::string const scheme : {"ofi+tcp", "ofi+shm"}) {
    auto first = listen(free_place(scheme)).value();
    auto const at = first->local().to_string();
    auto const why = refused_listen(at);
    BOOST_TEST(why.code == errc::address_in_use);
    BOOST_TEST(contains(why.detail, at), why.detail);
    first.reset();
    BOOST_TEST(listen(at).has_value(), at);
  }
}

BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_tcp, fixture) { talk("ofi+tcp://127.0.0.1:0"); }
BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_shared_memory, fixture) { talk(free_place("ofi+shm")); }
BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_datagrams_made_reliable, fixture) { talk("ofi+udp://127.0.0.1:0"); }
BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_what_plain_ofi_chooses, fixture) { talk("ofi://127.0.0.1:0"); }
BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_connected_endpoints, fixture) {
  talk("ofi+tcp://127.0.0.1:0?ep=msg");
  bool const has_net = std::ranges::any_of(fabric::offers(), [](auto const& o) { return o.provider == "net"; });
  if (has_net) talk("ofi+tcp://127.0.0.1:0?ep=msg&prov=net");  // libfabric 1.16 and 1.17
  talk("ofi+sockets://127.0.0.1:0?ep=msg");
  talk("ofi://127.0.0.1:0?ep=msg");
}

BOOST_FIXTURE_TEST_CASE(endpoints_that_there_are_not_are_told_at_once, fixture) {
  for (auto const& why : {refused_listen("ofi+shm://x?ep=msg"), refused_dial("ofi+shm://x?ep=msg")}) {
    BOOST_TEST(why.code == errc::no_provider);
    BOOST_TEST(contains(why.detail, "?ep=msg"), why.detail);
  }
  BOOST_TEST(refused_dial("ofi+tcp://127.0.0.1:1?ep=best").code == errc::invalid_option);
}

BOOST_FIXTURE_TEST_CASE(datagrams_are_for_protocols_that_bear_their_loss, fixture) {
  std::string const at = "ofi+udp://127.0.0.1:1?ep=dgram";
  for (unsigned const number : {0x10, 0x11, 0x30, 0x31, 0x50, 0x51, 0x62, 0x63}) {
    auto const protocol = static_cast<std::uint16_t>(number);
    terms = {protocol, protocol, 1000};
    for (auto const& why : {refused_listen(at), refused_dial(at)}) {
      BOOST_TEST(why.code == errc::unsupported);
      BOOST_TEST(contains(why.detail, at + ": ?ep=dgram loses messages"), why.detail);
      BOOST_TEST(contains(why.detail, "BUS, PUB and SUB"), why.detail);
    }
  }
  terms = {0x70, 0x70, 1000};
  BOOST_TEST(listen("ofi+udp://127.0.0.1:0?ep=dgram").has_value());
  for (auto const& why : {refused_listen("ofi+tcp://127.0.0.1:0?ep=dgram"), refused_dial("ofi+shm://x?ep=dgram")}) {
    BOOST_TEST(why.code == errc::no_provider);
    BOOST_TEST(contains(why.detail, "ofi+udp?ep=dgram (udp)"), why.detail);
  }
}

BOOST_FIXTURE_TEST_CASE(ends_with_other_endpoints_than_each_other_are_told_what_to_ask_for, fixture) {
  terms = {0x70, 0x70, 1000};
  for (auto const& [listens, dials] : {std::pair("ofi+tcp://127.0.0.1:0?ep=msg", "rdm"),
                                       {"ofi+tcp://127.0.0.1:0?ep=rdm", "msg"},
                                       {"ofi+udp://127.0.0.1:0?ep=dgram", "rdm"},
                                       {"ofi+udp://127.0.0.1:0?ep=rdm", "dgram"}}) {
    auto acceptor = listen(listens).value();
    failure heard, told;
    acceptor->start([&](ext::connection_result r) { heard = r ? failure{} : r.error(); });
    auto at = acceptor->local();
    at.query = {{"ep", dials}};
    auto connector = left->dial(at, terms, {}).value();
    connector->connect([&](ext::connection_result r) { told = r ? failure{} : r.error(); });
    BOOST_REQUIRE(reactor.until([&] { return heard.code && told.code; }));
    BOOST_TEST(told.code == errc::unsupported);
    for (auto const& why : {heard, told})
      BOOST_TEST(contains(why.detail, "?ep= in both URLs makes them agree"), why.detail);
  }
}

BOOST_FIXTURE_TEST_CASE(two_ends_talk_over_ipv6, fixture) {
  talk("ofi+tcp://[::1]:0");
  talk("ofi+tcp://[::1]:0?ep=msg");
}

BOOST_FIXTURE_TEST_CASE(ofi_sm_is_shared_memory_by_another_name, fixture) {
  talk("ofi+sm://test-sm-" + std::to_string(::getpid()));
}

BOOST_FIXTURE_TEST_CASE(both_ends_may_be_of_one_engine, fixture) {
  for (std::string const scheme : {"ofi+tcp", "ofi+shm"}) {
    auto const accepting = left->listen(url::parse(free_place(scheme)).value(), terms, {}).value();
    std::unique_ptr<small_socket> a, b;
    accepting->start([&](ext::connection_result r) { b = std::make_unique<small_socket>(std::move(r).value()); });
    auto const dialing = left->dial(accepting->local(), terms, {}).value();
    dialing->connect([&](ext::connection_result r) { a = std::make_unique<small_socket>(std::move(r).value()); });
    BOOST_TEST(reactor.until([&] { return a && b; }), scheme);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
