// SPDX-License-Identifier: MIT
#include <weft/message.hpp>

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <latch>
#include <set>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

using ext::allocate_block;
using ext::block;
using ext::drop;

std::vector<block*> take(std::size_t count, std::size_t size) {
  std::vector<block*> blocks;
  while (blocks.size() < count) blocks.push_back(allocate_block(size));
  return blocks;
}

void drop_all(std::vector<block*> const& blocks) { std::ranges::for_each(blocks, drop); }

// How many of `wanted` are among `count` fresh ones.
std::size_t found_again(std::vector<block*> const& wanted, std::size_t count, std::size_t size) {
  auto const fresh = take(count, size);
  std::set<block*> const all(fresh.begin(), fresh.end());
  drop_all(fresh);
  return static_cast<std::size_t>(std::ranges::count_if(wanted, [&](block* b) { return all.contains(b); }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(is_as_large_as_asked_and_aligned) {
  for (std::size_t size : {0ul, 1ul, 2ul, 127ul, 128ul, 129ul, 1000ul, 65536ul, 65537ul, 1ul << 24, (1ul << 24) + 1}) {
    block* b = allocate_block(size);
    BOOST_TEST(b->capacity >= size);
    BOOST_TEST(b->references == 1u);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(b->data) % 64 == 0u);
    std::memset(b->data, 0x5a, size);
    drop(b);
  }
}

BOOST_AUTO_TEST_CASE(is_not_wasted_beyond_twice_what_was_asked) {
  for (std::size_t size = 65; size < 1u << 20; size = size * 3 / 2) {
    block* b = allocate_block(size);
    BOOST_TEST(b->capacity <= std::max<std::size_t>(128, size * 2));
    drop(b);
  }
}

BOOST_AUTO_TEST_CASE(is_used_again_at_once_by_the_same_thread) {
  for (std::size_t size : {100u, 5000u, 65536u, 1u << 20}) {
    block* const first = allocate_block(size);
    drop(first);
    block* const second = allocate_block(size);
    BOOST_TEST(second == first);
    BOOST_TEST(second->references == 1u);
    drop(second);
  }
}

BOOST_AUTO_TEST_CASE(taken_and_dropped_in_turn_costs_no_allocation) {
  drop_all(take(8, 4096));
  auto const before = test::allocations();
  for (int i = 0; i < 1000; ++i) drop_all({allocate_block(4096)});
  // The vector of the braces is the test's own.
  BOOST_TEST(test::allocations() - before <= 1000u);
}

BOOST_AUTO_TEST_CASE(stays_while_somebody_refers_to_it) {
  block* const b = allocate_block(3000);
  b->references.fetch_add(1);
  drop(b);
  block* const other = allocate_block(3000);
  BOOST_TEST(other != b);
  drop(other);
  drop(b);
}

BOOST_AUTO_TEST_CASE(of_a_thread_that_ends_is_found_again_by_others) {
  std::vector<block*> theirs;
  std::jthread([&] {
    theirs = take(4, 30000);
    drop_all(theirs);
  }).join();
  BOOST_TEST(found_again(theirs, 64, 30000) == 4u);
}

BOOST_AUTO_TEST_CASE(freed_in_another_thread_comes_back) {
  // A sender allocates and never frees; what the receiver has too many of must reach it.
  constexpr std::size_t size = 16384;
  std::set<block*> seen;
  std::vector<block*> passed;
  for (int round = 0; round < 50; ++round) {
    passed = take(32, size);
    seen.insert(passed.begin(), passed.end());
    std::jthread([&] { drop_all(passed); }).join();
  }
  BOOST_TEST(seen.size() < 32u * 10);
}

BOOST_AUTO_TEST_CASE(dropped_while_a_thread_ends_is_not_lost) {
  block* kept_block = nullptr;
  std::jthread([&] {
    // Made before this thread has blocks of its own, and so destroyed after them.
    thread_local message kept;
    kept = message();
    block* b = allocate_block(7000);
    kept_block = b;
    kept = message::slice(b, b->data, 7000);
  }).join();
  BOOST_TEST(found_again({kept_block}, 64, 7000) == 1u);
}

BOOST_AUTO_TEST_CASE(belongs_to_one_owner_at_a_time_among_threads) {
  std::latch start(4);
  std::atomic<int> damaged{0};
  auto const work = [&](int mark) {
    start.arrive_and_wait();
    for (int i = 0; i < 5000; ++i) {
      auto const size = std::size_t{100} << (i % 12);
      auto const mine = take(3, size);
      for (block* b : mine) std::memset(b->data, mark, 100);
      for (block* b : mine)
        if (b->data[0] != std::byte(mark) || b->data[99] != std::byte(mark)) ++damaged;
      drop_all(mine);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i <= 4; ++i) threads.emplace_back(work, i);
  }
  BOOST_TEST(damaged == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
