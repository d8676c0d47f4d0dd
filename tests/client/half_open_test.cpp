// SPDX-License-Identifier: MIT
#include "client/half_open.hpp"

#include "client/knocking.hpp"

#include <boost/test/data/test_case.hpp>

#include <thread>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

/// The next that is connected: a provider may tell a little later.
std::unique_ptr<endpoint> next_of(half_open& all) {
  auto const end = clock::now() + 20s;
  std::unique_ptr<endpoint> e;
  while (!(e = all.take()) && all.size() != 0 && clock::now() < end) std::this_thread::yield();
  return e;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(half_open_connections)

BOOST_DATA_TEST_CASE(come_when_they_are_connected, msg, over) {
  if (!offered(over)) return;
  closed_door const at(over);
  half_open all;
  all.add(at.knock());
  BOOST_TEST(!all.take());
  auto const other_end = at.let_in();
  BOOST_TEST(next_of(all));
  BOOST_TEST(all.size() == 0u);
}

BOOST_DATA_TEST_CASE(go_when_they_have_failed, msg, over) {
  if (!offered(over)) return;
  closed_door const at(over);
  half_open all;
  all.add(at.knock());
  at.turn_away();
  BOOST_TEST(!next_of(all));
  BOOST_TEST(all.size() == 0u);
}

BOOST_DATA_TEST_CASE(do_not_wait_for_each_other, msg, over) {
  if (!offered(over)) return;
  closed_door const silent(over), at(over);
  half_open all;
  all.add(silent.knock());
  auto second = at.knock();
  auto const* const it = second.get();
  all.add(std::move(second));
  auto const other_end = at.let_in();
  BOOST_TEST(next_of(all).get() == it);
  BOOST_TEST(all.size() == 1u);
}

BOOST_DATA_TEST_CASE(are_no_more_than_there_may_be, msg, over) {
  if (!offered(over)) return;
  closed_door const at(over);
  half_open all;
  for (std::size_t n = 0; n != half_open::most + 1; ++n) all.add(at.knock());
  BOOST_TEST(all.size() == half_open::most);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
