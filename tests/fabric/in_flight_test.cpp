// SPDX-License-Identifier: MIT
#include "fabric/in_flight.hpp"

#include "support/face.hpp"

#include <weft/error.hpp>

#include <rdma/fabric.h>

namespace weft::fabric {

namespace {

// Only to be asked whether it registers.
std::shared_ptr<domain const> some_domain() {
  auto const i = offered({"sockets", endpoint_type::rdm});
  return i ? domain::open(*i).value() : nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfers_in_flight)

BOOST_AUTO_TEST_CASE(keep_themselves_alive_until_they_end) {
  auto const in = some_domain();
  if (!in) return;
  in_flight all(in);
  auto t = all.take(100);
  BOOST_TEST(t->sent(100).bytes.size() == 100u);
  BOOST_TEST(all.begin(t));
  BOOST_TEST(!all.begin(t));
  std::weak_ptr<transfer> const watched = t;
  auto* const op = t.get();
  t.reset();
  BOOST_TEST(!watched.expired());
  op->complete({});
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(end_as_closed_with_their_endpoint) {
  auto const in = some_domain();
  if (!in) return;
  auto all = std::make_unique<in_flight>(in);
  auto const a = all->take(1), b = all->take(1), c = all->take(1);
  for (auto const& t : {a, b, c}) BOOST_TEST(all->begin(t));
  b->complete({});
  all.reset();
  BOOST_TEST((a->last.error == errc::closed));
  BOOST_TEST(!b->last.error);
  BOOST_TEST((c->last.error == errc::closed));
}

BOOST_AUTO_TEST_CASE(may_begin_again_from_what_is_told) {
  auto const in = some_domain();
  if (!in) return;
  in_flight all(in);
  auto const t = all.take(1);
  int told = 0;
  t->told = [&](completion const&) {
    if (++told == 1) BOOST_TEST(all.begin(t));
  };
  BOOST_TEST(all.begin(t));
  t->complete({});
  BOOST_TEST(!t->done);
  t->complete({});
  BOOST_TEST(told == 2);
  t->told = nullptr;
}

BOOST_AUTO_TEST_CASE(that_were_abandoned_are_found_again_in_their_order) {
  auto const in = some_domain();
  if (!in) return;
  in_flight all(in);
  auto const small = all.take(10), large = all.take(100), last = all.take(100);
  for (auto const& t : {small, large, last}) all.abandon(t);
  BOOST_TEST((all.adopt(50) == large));
  BOOST_TEST((all.adopt(5) == small));
  BOOST_TEST((all.adopt(200) == nullptr));
  BOOST_TEST((all.adopt(100) == last));
}

BOOST_AUTO_TEST_CASE(lend_their_memory_again) {
  auto const in = some_domain();
  if (!in) return;
  in_flight all(in);
  auto t = all.take(100);
  auto const* const memory = t->own.data();
  all.put_back(std::move(t));
  BOOST_TEST(all.take(50)->own.data() == memory);
}

// Contexts do: a descriptor is good in its own domain only.
BOOST_AUTO_TEST_CASE(that_come_from_another_domain_are_registered_anew) {
  auto i = offered({"sockets", endpoint_type::rdm});
  if (!i) return;
  in_flight plain(domain::open(*i).value());
  (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;
  in_flight here(domain::open(*i).value()), there(domain::open(*i).value());
  auto const t = plain.take(100);
  auto const* const memory = t->own.data();
  BOOST_TEST((t->sent(100).registered == descriptor::none));
  BOOST_TEST(here.give_memory(*t, 50));
  auto const registered_here = t->sent(50).registered;
  BOOST_TEST((registered_here != descriptor::none));
  BOOST_TEST(here.give_memory(*t, 100));
  BOOST_TEST((t->sent(100).registered == registered_here));
  BOOST_TEST(there.give_memory(*t, 100));
  BOOST_TEST((t->sent(100).registered != registered_here));
  BOOST_TEST(plain.give_memory(*t, 100));
  BOOST_TEST((t->sent(100).registered == descriptor::none));
  BOOST_TEST(t->own.data() == memory);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
