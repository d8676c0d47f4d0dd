// SPDX-License-Identifier: MIT
#include "fabric/region.hpp"

#include "support/fabric_pair.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(a_region)

BOOST_AUTO_TEST_CASE(is_nothing_where_the_provider_wants_no_registration) {
  auto const p = pair_over("ofi+tcp");
  if (!p) return;
  std::vector<std::byte> memory(4096);
  auto const r = region::make(*p->a, memory).value();
  BOOST_TEST(!r.is_registered());
  BOOST_TEST(r.descriptor() == nullptr);
}

BOOST_DATA_TEST_CASE(that_is_registered_carries_messages, boost::unit_test::data::make(everywhere), scheme) {
  auto wanted = local_request(scheme);
  wanted.register_locally = true;
  auto const d = domain_for(wanted);
  if (!d) return;
  pair p(d);
  std::vector<std::byte> out(64 * 1024, std::byte{7}), in(out.size());
  auto const from = region::make(*p.a, out).value(), into = region::make(*p.b, in).value();
  BOOST_TEST((from.is_registered() && into.is_registered()));

  noted sent, received;
  BOOST_REQUIRE(p.b->trecv(received, in.data(), in.size(), into.descriptor(), 1, 0) == 0);
  BOOST_REQUIRE(p.post([&] { return p.a->tsend(sent, out.data(), out.size(), from.descriptor(), p.to_b, 1); }) == 0);
  BOOST_REQUIRE(p.drive_until([&] { return sent.times && received.times; }));
  BOOST_TEST(!received.last.error);
  BOOST_TEST((in == out));
}

BOOST_DATA_TEST_CASE(that_is_exposed_can_be_read_by_a_peer, boost::unit_test::data::make(everywhere), scheme) {
  auto wanted = local_request(scheme);
  wanted.rendezvous = "read";
  auto const d = domain_for(wanted);
  if (!d) return;
  pair p(d);
  std::vector<std::byte> there(64 * 1024, std::byte{7}), here(there.size());
  auto const exposed = region::expose(*p.b, there, 0xfedcba9876543210).value();
  noted read;
  BOOST_REQUIRE(p.post([&] {
    return p.a->read(read, here.data(), here.size(), nullptr, p.to_b, exposed.address(), exposed.key());
  }) == 0);
  BOOST_REQUIRE(p.drive_until([&] { return read.times == 1; }));
  BOOST_TEST(!read.last.error);
  BOOST_TEST((here == there));
}

BOOST_AUTO_TEST_CASE(moves_with_its_registration) {
  auto wanted = local_request("ofi+tcp");
  wanted.register_locally = true;
  auto const d = domain_for(wanted);
  if (!d) return;
  auto const e = rdm_endpoint::open(d, unique_name()).value();
  std::vector<std::byte> memory(4096);
  region first = region::make(*e, memory).value();
  region second = std::move(first);
  BOOST_TEST(second.is_registered());
  BOOST_TEST(!first.is_registered());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
