// SPDX-License-Identifier: MIT
#include "fabric/shm_region.hpp"

#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace weft::fabric {

namespace {

std::string address_of(rdm_endpoint const& e) { return reinterpret_cast<char const*>(e.address().data()); }

/// Two endpoints, and the region of the first; nothing where the layout is not known.
struct seen {
  std::unique_ptr<pair> both = pair_over("ofi+shm");
  std::optional<shm_region> region = both ? shm_region::open(address_of(*both->a)) : std::nullopt;
  explicit operator bool() const {
    if (!region) std::cout << "SKIPPED: not the shm of libfabric 1.17\n";
    return region.has_value();
  }
};

/// Sends that only the receiver's answer completes.
struct large_send {
  explicit large_send(pair& p, fi_addr_t to, std::uint64_t tag) {
    BOOST_TEST_REQUIRE(p.post([&] { return p.a->tsend(done, body.data(), body.size(), nullptr, to, tag); }) == 0);
  }
  std::vector<std::byte> body = std::vector<std::byte>(100'000);
  noted done;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_shm_region)

BOOST_AUTO_TEST_CASE(is_not_found_where_there_is_none) {
  BOOST_TEST(!shm_region::open("fi_shm://weft-test-nobody"));
  BOOST_TEST(!shm_region::open("fi_shm://"));
  BOOST_TEST(!shm_region::open("fi_shm://../etc/passwd"));
  BOOST_TEST(!shm_region::open("fi_sockaddr_in://127.0.0.1:1"));
}

BOOST_AUTO_TEST_CASE(knows_its_process) {
  seen s;
  if (!s) return;
  BOOST_TEST(s.region->owner() == getpid());
}

BOOST_AUTO_TEST_CASE(has_its_name_until_its_endpoint_is_closed) {
  seen s;
  if (!s) return;
  BOOST_TEST(s.region->has_name());
  s.both->a.reset();
  BOOST_TEST(!s.region->has_name());
}

BOOST_AUTO_TEST_CASE(loses_its_name_on_request) {
  seen s;
  if (!s) return;
  s.region->remove_name();
  BOOST_TEST(!s.region->has_name());
  BOOST_TEST(!shm_region::open(address_of(*s.both->a)));
}

BOOST_AUTO_TEST_CASE(is_not_locked_while_nobody_works_in_it) {
  seen s;
  if (!s) return;
  BOOST_TEST(!s.region->is_locked());
  s.region->unlock();
  BOOST_TEST(!s.region->is_locked());
}

BOOST_AUTO_TEST_CASE(ends_the_send_that_one_peer_does_not_answer) {
  seen s;
  if (!s) return;
  auto& p = *s.both;
  auto third = rdm_endpoint::open(domain_for(local_request("ofi+shm")), unique_name()).value();
  auto const to_third = p.a->insert(third->address()).value();
  (void)third->insert(p.a->address());
  // It never reads its queue, so it answers nothing; it must be heard of, though, before anything is sent to it.
  std::array<entry, 1> some;
  noted hello;
  std::byte letter{};
  BOOST_TEST_REQUIRE(p.post([&] {
    (void)third->completions().read(some);
    return p.a->tsend(hello, &letter, 1, nullptr, to_third, 1);
  }) == 0);
  large_send stranded(p, to_third, 1);
  large_send other(p, p.to_b, 3);
  std::vector<std::byte> in(other.body.size());
  noted received;
  BOOST_TEST_REQUIRE(p.b->trecv(received, in.data(), in.size(), nullptr, 3, 0) == 0);
  BOOST_TEST(p.drive_until([&] { return received.times == 1; }));
  for (int i = 0; i != 100; ++i) p.drive();
  BOOST_TEST(other.done.times == 0);  // held up by the one before it

  s.region->end_sends(address_of(*third));
  BOOST_TEST(p.drive_until([&] { return other.done.times == 1; }));
  BOOST_TEST(!other.done.last.error);
  BOOST_TEST(stranded.done.times == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
