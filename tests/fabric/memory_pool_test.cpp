// SPDX-License-Identifier: MIT
#include <weft/fabric/memory.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

std::optional<memory_pool> pool_of(std::size_t count, kind const& over) {
  auto const i = offered(over);
  if (!i) return {};
  return memory_pool::make(domain::open(*i).value(), {.bytes = 128, .count = count}).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_memory_pool)

BOOST_DATA_TEST_CASE(gives_no_more_than_it_has_and_takes_them_back, everything, over) {
  auto pool = pool_of(2, over);
  if (!pool) return;
  auto a = pool->try_acquire().value();
  auto b = pool->try_acquire().value();
  BOOST_TEST(a.bytes().size() == 128u);
  BOOST_TEST(a.bytes().data() != b.bytes().data());
  BOOST_TEST(a.slice().is_inside());
  BOOST_TEST(a.slice().region.bytes().subspan(a.slice().offset).data() == a.bytes().data());
  BOOST_TEST(pool->outstanding() == 2u);
  BOOST_TEST((pool->try_acquire().error() == errc::would_block));
  BOOST_TEST((pool->acquire({.until = 2ms}).error() == errc::timed_out));
  auto const* const memory = a.bytes().data();
  a = {};
  BOOST_TEST(pool->outstanding() == 1u);
  BOOST_TEST(pool->try_acquire().value().bytes().data() == memory);
}

BOOST_DATA_TEST_CASE(lets_one_who_waits_have_what_another_gives_back, everything, over) {
  auto pool = pool_of(1, over);
  if (!pool) return;
  auto a = pool->try_acquire().value();
  auto waits = std::async(std::launch::async, [&] { return pool->acquire(soon()).has_value(); });
  a = {};
  BOOST_TEST(waits.get());
}

BOOST_DATA_TEST_CASE(ends_a_wait_by_its_stop_and_by_closing, everything, over) {
  auto pool = pool_of(1, over);
  if (!pool) return;
  auto a = pool->try_acquire().value();
  std::stop_source stop;
  auto stopped = std::async(std::launch::async, [&] { return pool->acquire({.stop = stop.get_token()}).error(); });
  stop.request_stop();
  BOOST_TEST((stopped.get() == errc::canceled));
  auto closed = std::async(std::launch::async, [&] { return pool->acquire(soon()).error(); });
  pool->close();
  BOOST_TEST((closed.get() == errc::closed));
  BOOST_TEST((pool->try_acquire().error() == errc::closed));
  pool.reset();
  std::ranges::fill(a.bytes(), std::byte{1});  // what is out stays good
}

BOOST_DATA_TEST_CASE(carries_messages, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto from = memory_pool::make(t->a->domain(), {.bytes = 256, .count = 2}).value();
  auto into = memory_pool::make(t->b->domain(), {.bytes = 256, .count = 2}).value();
  for (std::size_t n = 1; n != 5; ++n) {
    auto out = from.acquire(soon()).value(), in = into.acquire(soon()).value();
    std::ranges::fill(out.bytes(), std::byte(n));
    BOOST_REQUIRE(carry(*t->a, out.slice(), {.to = t->to_b}, *t->b, in.slice()).has_value());
    BOOST_TEST(std::ranges::equal(in.bytes(), bytes(256, std::byte(n))));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
