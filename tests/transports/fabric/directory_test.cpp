// SPDX-License-Identifier: MIT
#include "fabric/directory.hpp"

#include <weft/error.hpp>

#include "small_reactor.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace weft::ofi {

namespace {

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

setup<choice> choose(std::string_view text) { return choice::of(url::parse(text).value()); }

struct fixture {
  ~fixture() {
    for (auto* f : flows) f->abandon();
  }
  flow* admit(choice const& c, std::string const& host, byte_string const& other = {}) {
    flows.push_back(book.admit(c, host, 1000, other).value());
    return flows.back();
  }

  small_reactor reactor;
  directory book{reactor};
  choice tcp = choose("ofi+tcp://127.0.0.1:1").value();
  choice shm = choose("ofi+shm://x").value();
  std::vector<flow*> flows;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_directory)

BOOST_AUTO_TEST_CASE(a_scheme_chooses_where_the_ends_meet) {
  auto const tcp = choose("ofi+tcp://127.0.0.1:1").value();
  BOOST_TEST((tcp.bootstrap == fabric::bootstrap_kind::tcp));
  BOOST_TEST(tcp.ip_address);
  BOOST_TEST(tcp.scheme == "ofi+tcp");
  auto const shm = choose("ofi+shm://x").value();
  BOOST_TEST((shm.bootstrap == fabric::bootstrap_kind::unix_domain));
  BOOST_TEST(!shm.ip_address);
  BOOST_TEST(shm.provider == "shm");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_told_which_there_are) {
  auto const c = choose("ofi+tcp://127.0.0.1:1?colour=red");
  BOOST_REQUIRE(!c);
  BOOST_TEST(c.error().code == errc::invalid_option);
  BOOST_TEST(contains(c.error().detail, "unknown option 'colour'; there are prov, iface, domain"), c.error().detail);
}

BOOST_AUTO_TEST_CASE(an_unknown_provider_is_told_which_there_are) {
  auto const c = choose("ofi+tcp://127.0.0.1:1?prov=smoke");
  BOOST_REQUIRE(!c);
  BOOST_TEST(c.error().code == errc::invalid_option);
  BOOST_TEST(contains(c.error().detail, "?prov=smoke: no such provider; known are"), c.error().detail);
}

BOOST_AUTO_TEST_CASE(a_provider_of_another_scheme_is_told_whose_it_is) {
  auto const c = choose("ofi+tcp://127.0.0.1:1?prov=shm");
  BOOST_REQUIRE(!c);
  BOOST_TEST(c.error().code == errc::invalid_option);
  BOOST_TEST(contains(c.error().detail, "ofi+shm"), c.error().detail);
}

BOOST_AUTO_TEST_CASE(an_unknown_scheme_is_told_which_there_are) {
  auto const c = choose("ofi+smoke://127.0.0.1:1");
  BOOST_REQUIRE(!c);
  BOOST_TEST(c.error().code == errc::unknown_scheme);
  BOOST_TEST(contains(c.error().detail, "ofi+tcp"), c.error().detail);
}

BOOST_FIXTURE_TEST_CASE(an_endpoint_is_made_when_needed_and_shared_afterwards, fixture) {
  BOOST_TEST(reactor.sources().empty());
  auto* const a = admit(tcp, "127.0.0.1");
  auto* const b = admit(tcp, "127.0.0.1");
  BOOST_TEST(&a->home() == &b->home());
  BOOST_TEST(a->place().slot != b->place().slot);
  BOOST_TEST(reactor.sources().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(another_address_is_another_endpoint, fixture) {
  auto* const a = admit(tcp, "127.0.0.1");
  auto* const b = admit(tcp, "127.0.0.2");
  BOOST_TEST(&a->home() != &b->home());
  BOOST_TEST(reactor.sources().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(an_endpoint_is_never_connected_to_itself, fixture) {
  auto* const a = admit(shm, "");
  auto* const b = admit(shm, "", a->home().endpoint().address());
  BOOST_TEST(&a->home() != &b->home());
  BOOST_TEST((a->home().endpoint().address() != b->home().endpoint().address()));
}

BOOST_FIXTURE_TEST_CASE(an_address_of_nobody_here_is_told_with_its_provider, fixture) {
  auto const f = book.admit(tcp, "203.0.113.77", 1000, {});
  BOOST_REQUIRE(!f);
  BOOST_TEST(contains(f.error().detail, "provider " + tcp.provider + " at 203.0.113.77: "), f.error().detail);
}

BOOST_FIXTURE_TEST_CASE(a_failed_endpoint_leaves_the_others_alone, fixture) {
  BOOST_REQUIRE(!book.admit(tcp, "203.0.113.77", 1000, {}));
  BOOST_TEST(admit(tcp, "127.0.0.1") != nullptr);
}

BOOST_FIXTURE_TEST_CASE(an_introduction_says_where_to_send, fixture) {
  auto* const f = admit(tcp, "127.0.0.1");
  auto const said = book.introduce(*f, {0x50, 0x51, 777}, 42, flow::side::listener).value();
  BOOST_TEST(said.self == 0x50);
  BOOST_TEST(said.peer == 0x51);
  BOOST_TEST(said.max_message == 777u);
  BOOST_TEST(said.incarnation == 42u);
  BOOST_TEST(said.slot == f->place().slot);
  BOOST_TEST(said.generation == f->place().generation);
  BOOST_TEST((said.address == f->home().endpoint().address()));
  BOOST_TEST(said.heartbeat == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_introduction_can_be_read_by_the_peer, fixture) {
  auto* const f = admit(tcp, "127.0.0.1");
  auto const message = book.introduce(*f, {0x50, 0x51, 777}, 42, flow::side::listener).value().encode();
  auto const read = hello::decode(std::span(message).subspan(8));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->address == f->home().endpoint().address()));
}

BOOST_FIXTURE_TEST_CASE(one_engine_has_one_identity_and_another_has_another, fixture) {
  auto* const a = admit(tcp, "127.0.0.1");
  auto* const b = admit(tcp, "127.0.0.2");
  ext::handshake const terms{1, 1, 1};
  BOOST_TEST((book.introduce(*a, terms, 1, flow::side::dialer).value().identity ==
              book.introduce(*b, terms, 2, flow::side::dialer).value().identity));
  directory const other{reactor};
  BOOST_TEST((other.introduce(*a, terms, 1, flow::side::dialer).value().identity !=
              book.introduce(*a, terms, 1, flow::side::dialer).value().identity));
}

BOOST_AUTO_TEST_CASE(random_numbers_are_not_repeated) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i != 1000; ++i) seen.insert(random_number());
  BOOST_TEST(seen.size() == 1000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
