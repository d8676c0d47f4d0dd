// SPDX-License-Identifier: MIT
#include <weft/fabric/endpoint.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>

#include <algorithm>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

}  // namespace

BOOST_AUTO_TEST_SUITE(an_endpoint)

BOOST_DATA_TEST_CASE(makes_what_its_type_needs, everything, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const e = endpoint::open(*i, with_unique_name()).value();
  BOOST_TEST((e->type() == over.type));
  BOOST_TEST((e->events() != nullptr) == (over.type == endpoint_type::msg));
  BOOST_TEST((e->peers() != nullptr) == (over.type != endpoint_type::msg));
  BOOST_TEST((e->sends() && e->sends() == e->receives()));
  BOOST_TEST(e->inject_limit() == i->inject_limit());
}

BOOST_DATA_TEST_CASE(sends_a_message_to_itself, everything, over) {
  if (over.type == endpoint_type::msg) return;
  auto const i = offered(over);
  if (!i) return;
  auto const e = endpoint::open(*i, with_unique_name()).value();
  auto const self = e->insert_itself().value();
  remembered got;
  bytes in(8);
  BOOST_REQUIRE(!e->post_receive(got, {.bytes = in}, {}));
  BOOST_TEST(!e->send(pattern(8), {.to = self}, soon()));
  BOOST_TEST(!e->receives()->run_until(got.done, soon()));
  BOOST_TEST((in == pattern(8)));
}

// In whatever order its user lets go of things.
BOOST_DATA_TEST_CASE(closes_before_what_it_is_bound_to, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto queue = t->a->sends();
  auto domain = t->a->domain();
  auto peers = t->a->peers();
  auto events = t->a->events();
  remembered posted;
  bytes in(64);
  BOOST_REQUIRE(!t->a->post_receive(posted, {.bytes = in}, {}));
  domain.reset();
  peers.reset();
  events.reset();
  t->a.reset();
  queue->dispatch();
  queue.reset();
}

BOOST_DATA_TEST_CASE(has_its_own_queues_for_sends_and_receives_when_asked, everything, over) {
  auto const i = offered(over);
  if (!i || over.type == endpoint_type::msg) return;
  auto const in_domain = domain::open(*i).value();
  auto bindings = with_unique_name();
  bindings.sends = completion_queue::open(in_domain).value();
  bindings.receives = completion_queue::open(in_domain).value();
  auto const e = endpoint::open(in_domain, *i, std::move(bindings)).value();
  auto const self = e->insert_itself().value();
  remembered got;
  bytes in(2000);
  BOOST_REQUIRE(!e->post_receive(got, {.bytes = in}, {}));
  auto came = std::async(std::launch::async, [&] { return e->receives()->run_until(got.done, soon()); });
  BOOST_TEST(!e->send(pattern(1200), {.to = self}, soon()));
  BOOST_TEST(!came.get());
  BOOST_TEST(got.last().bytes == 1200u);
}

BOOST_DATA_TEST_CASE(counts_what_has_ended, boost::unit_test::data::make(reliable_datagrams), over) {
  auto const i = offered(over);
  if (!i) return;
  auto const in_domain = domain::open(*i).value();
  auto bindings = with_unique_name();
  auto counted = counter::open(in_domain);
  if (!counted) {
    std::cout << "SKIPPED: " << over << ": " << counted.error().detail << "\n";
    return;
  }
  bindings.receives_counted = *counted;
  auto const e = endpoint::open(in_domain, *i, std::move(bindings)).value();
  auto const self = e->insert_itself().value();
  bytes in(8);
  for (std::uint64_t n = 1; n != 4; ++n) {
    remembered got;
    BOOST_REQUIRE(!e->post_receive(got, {.bytes = in}, {}));
    BOOST_TEST(!e->send(in, {.to = self}, soon()));
    BOOST_TEST(!e->receives()->run_until(got.done, soon()));
    BOOST_TEST(!(*counted)->wait(n, soon()));
  }
  BOOST_TEST((*counted)->value() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
