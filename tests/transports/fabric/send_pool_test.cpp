// SPDX-License-Identifier: MIT
#include "fabric/send_pool.hpp"

#include "far_end.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

namespace weft::ofi {

namespace {

void ignore(fabric::operation&, fabric::completion const&) noexcept {}

struct fixture {
  far_end far;
  flow& owner = far.admit();
  send_pool pool{far.home->endpoint(), ignore};
};

BOOST_FIXTURE_TEST_SUITE(fabric_send_pool, fixture)

BOOST_AUTO_TEST_CASE(an_operation_knows_whose_it_is_and_has_a_frame_of_memory) {
  auto* const op = pool.acquire(owner);
  BOOST_REQUIRE(op);
  BOOST_TEST(op->from == &owner);
  std::memset(op->buffer, 7, frame_size);
  pool.release(*op);
  BOOST_TEST(!op->from);
}

BOOST_AUTO_TEST_CASE(buffers_do_not_overlap_and_there_is_an_end_of_them) {
  std::set<std::byte*> starts;
  std::vector<send_operation*> all;
  while (auto* const op = pool.acquire(owner)) {
    all.push_back(op);
    BOOST_REQUIRE(starts.insert(op->buffer).second);
    BOOST_REQUIRE(all.size() < 100000u);
  }
  BOOST_TEST(all.size() >= 32u);  // a window of at least one connection
  for (auto it = starts.begin(), before = it++; it != starts.end(); before = it++)
    BOOST_REQUIRE(*it - *before >= static_cast<std::ptrdiff_t>(frame_size));
  BOOST_TEST(!pool.acquire(owner));
  pool.release(*all.front());
  BOOST_TEST(pool.acquire(owner) == all.front());
}

BOOST_AUTO_TEST_CASE(a_released_operation_lets_go_of_its_message) {
  auto* const op = pool.acquire(owner);
  BOOST_REQUIRE(op);
  op->held = message(std::string(100000, 'x'));
  pool.release(*op);
  BOOST_TEST(op->held.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_closed_link_kept_is_taken_back_and_nothing_of_others) {
  auto& another = far.admit();
  auto* const kept = pool.acquire(owner);
  auto* const others = pool.acquire(another);
  kept->held = message(std::string(100000, 'x'));
  pool.take_back(owner);
  BOOST_TEST(!kept->from);
  BOOST_TEST(kept->held.size() == 0u);
  BOOST_TEST(others->from == &another);
  BOOST_TEST(pool.acquire(owner) == kept);
}

BOOST_AUTO_TEST_CASE(one_operation_serves_any_number_of_sends_in_turn) {
  auto* const first = pool.acquire(owner);
  BOOST_REQUIRE(first);
  pool.release(*first);
  for (int i = 0; i != 1000; ++i) {
    auto* const op = pool.acquire(owner);
    BOOST_REQUIRE(op == first);
    pool.release(*op);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ofi
