// SPDX-License-Identifier: MIT
#include <weft/fabric/address.hpp>
#include <weft/fabric/address_vector.hpp>

#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const unconnected = boost::unit_test::data::make(connectionless);

}  // namespace

BOOST_AUTO_TEST_SUITE(an_address_vector)

BOOST_DATA_TEST_CASE(finds_a_peer_again_by_its_number, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto found = t->a->peers()->lookup(t->to_b);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(t->a->peers()->text(*found) == t->a->peers()->text(t->b->address()));
}

BOOST_DATA_TEST_CASE(forgets_and_learns_a_peer, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  BOOST_TEST(!t->a->peers()->remove(t->to_b));
  t->to_b = t->a->peers()->insert(t->b->address()).value();
  bytes in(8);
  BOOST_TEST(carry(*t->a, pattern(8), {.to = t->to_b}, *t->b, in).has_value());
}

BOOST_DATA_TEST_CASE(refuses_what_cannot_be_an_address, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto cut = t->b->address();
  cut.resize(cut.size() / 2);
  for (auto const& raw : {raw_address(), cut, raw_address(longest_address + 1)})
    BOOST_TEST((t->a->peers()->insert(raw).error() == std::errc::invalid_argument));
  BOOST_TEST(t->a->peers()->text(cut) == "(no address)");
}

BOOST_DATA_TEST_CASE(learns_a_peer_by_name_and_port, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (over.is("shm")) return skip(over, "has names for addresses, and no ports");
  auto const raw = t->b->address();
  auto const port = std::to_integer<int>(raw[2]) * 256 + std::to_integer<int>(raw[3]);
  auto to = t->a->peers()->insert_service("127.0.0.1", std::to_string(port));
  BOOST_REQUIRE(to.has_value());
  BOOST_TEST(port_of(t->a->peers()->lookup(*to).value()).value() == port);
  bytes in(8);
  BOOST_TEST(carry(*t->a, pattern(8), {.to = *to}, *t->b, in).has_value());
}

BOOST_DATA_TEST_CASE(knows_no_address_of_who_is_no_peer, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto& of_a = *t->a->peers();
  BOOST_TEST((of_a.lookup(t->to_b).value() == t->b->address()));
  BOOST_TEST(!of_a.lookup(peer::any).has_value());
  BOOST_TEST(!of_a.lookup(peer{12345}).has_value());
  BOOST_TEST(!of_a.remove(t->to_b));
  BOOST_TEST(!of_a.lookup(t->to_b).has_value());
}

// The first one of a table is number 0.
BOOST_DATA_TEST_CASE(has_numbers_that_are_none_but_peers, unconnected, over) {
  auto const t = two_over(over);
  if (!t) return;
  BOOST_TEST((t->to_b != peer::any));
  BOOST_TEST((t->a->insert_itself().value() != t->to_b));
}

BOOST_DATA_TEST_CASE(is_shared_by_endpoints, unconnected, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const in = domain::open(*i).value();
  auto const shared = address_vector::open(in).value();
  auto one = with_unique_name(), other = with_unique_name();
  one.peers = other.peers = shared;
  auto const a = endpoint::open(in, *i, std::move(one)).value();
  auto const b = endpoint::open(in, *i, std::move(other)).value();
  auto const to_b = shared->insert(b->address()).value();
  bytes in_b(8);
  BOOST_TEST(carry(*a, pattern(8), {.to = to_b}, *b, in_b).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
