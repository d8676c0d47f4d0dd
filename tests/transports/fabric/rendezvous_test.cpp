// SPDX-License-Identifier: MIT
#include "fabric/rendezvous.hpp"

#include "fabric/credit.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace weft::ofi {

BOOST_AUTO_TEST_SUITE(a_receivers_plan)

BOOST_AUTO_TEST_CASE(is_one_chunk_for_a_body_of_up_to_a_mebibyte) {
  for (std::uint64_t const size : {1u, 20'000u, 1u << 20}) {
    incoming_plan plan(size);
    BOOST_TEST(plan.next().offset == 0u);
    BOOST_TEST(plan.next().size == size);
    plan.clear_next();
    BOOST_TEST(plan.all_cleared());
    BOOST_TEST(plan.arrived(static_cast<std::uint32_t>(size)));
  }
}

BOOST_AUTO_TEST_CASE(is_many_chunks_for_a_larger_body_the_last_one_short) {
  incoming_plan plan((std::uint64_t{3} << 20) + 5);
  std::uint64_t at = 0;
  unsigned chunks = 0;
  for (; !plan.all_cleared(); plan.clear_next(), ++chunks) {
    BOOST_TEST(plan.next().offset == at);
    BOOST_TEST(plan.next().size == (chunks == 3 ? 5u : 1u << 20));
    at += plan.next().size;
  }
  BOOST_TEST(chunks == 4u);
  BOOST_TEST(!plan.arrived(1 << 20));
  BOOST_TEST(!plan.arrived(5));  // in any order
  BOOST_TEST(!plan.arrived(1 << 20));
  BOOST_TEST(plan.arrived(1 << 20));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_senders_plan)

BOOST_AUTO_TEST_CASE(accepts_clears_that_follow_each_other_to_the_end) {
  outgoing_plan plan((3 << 20) + 5);
  BOOST_TEST(plan.accept({.offset = 0, .chunk = 1 << 20, .count = 2}));
  BOOST_TEST(plan.accept({.offset = 2 << 20, .chunk = 1 << 20, .count = 2}));
  BOOST_TEST(!plan.accept({.offset = (3 << 20) + 5, .chunk = 1 << 20, .count = 1}));
}

BOOST_AUTO_TEST_CASE(refuses_gaps_repetitions_and_what_lies_beyond_the_body) {
  outgoing_plan plan(3 << 20);
  BOOST_TEST(!plan.accept({.offset = 1, .chunk = 1 << 20, .count = 1}));
  BOOST_TEST(!plan.accept({.offset = 0, .chunk = 1 << 20, .count = 0}));
  BOOST_TEST(!plan.accept({.offset = 0, .chunk = 0, .count = 1}));
  BOOST_TEST(!plan.accept({.offset = 0, .chunk = 1 << 20, .count = 4}));
  BOOST_TEST(plan.accept({.offset = 0, .chunk = 1 << 20, .count = 1}));
  BOOST_TEST(!plan.accept({.offset = 0, .chunk = 1 << 20, .count = 1}));
}

BOOST_AUTO_TEST_CASE(is_not_deceived_by_numbers_that_overflow) {
  outgoing_plan plan(std::numeric_limits<std::uint64_t>::max());
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  BOOST_TEST(plan.accept({.offset = 0, .chunk = most, .count = most}));
  BOOST_TEST(!plan.accept({.offset = 0, .chunk = most, .count = most}));
}

BOOST_AUTO_TEST_CASE(refuses_tiny_chunks_except_a_whole_rest) {
  BOOST_TEST(!outgoing_plan(1 << 20).accept({.offset = 0, .chunk = 65535, .count = 1}));
  BOOST_TEST(!outgoing_plan(100'000).accept({.offset = 0, .chunk = 50'000, .count = 2}));
  BOOST_TEST(outgoing_plan(20'000).accept({.offset = 0, .chunk = 20'000, .count = 1}));
}

BOOST_AUTO_TEST_CASE(is_done_when_every_byte_is_sent) {
  outgoing_plan plan(100);
  BOOST_TEST(!plan.sent(40));
  BOOST_TEST(plan.sent(60));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_queue_of_clears)

BOOST_AUTO_TEST_CASE(yields_chunk_after_chunk_in_the_order_of_the_clears) {
  clear_queue queue;
  queue.push({.transfer = 1, .first_id = 0xffffff, .offset = 0, .chunk = 100, .count = 2});
  queue.push({.transfer = 0, .first_id = 1, .offset = 50, .chunk = 100, .count = 1});
  auto c = queue.next(150);
  BOOST_TEST(c.transfer == 1u);
  BOOST_TEST(c.id == 0xffffffu);
  BOOST_TEST(c.offset == 0u);
  BOOST_TEST(c.size == 100u);
  queue.pop();
  c = queue.next(150);
  BOOST_TEST(c.id == 0u);  // 24 bits, round
  BOOST_TEST(c.offset == 100u);
  BOOST_TEST(c.size == 50u);
  queue.pop();
  c = queue.next(90);
  BOOST_TEST(c.transfer == 0u);
  BOOST_TEST(c.id == 1u);
  BOOST_TEST(c.size == 40u);
  queue.pop();
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(is_full_after_what_a_peer_may_have_outstanding) {
  clear_queue queue;
  for (unsigned i = 0; i != most_clears; ++i) {
    BOOST_TEST(!queue.full());
    queue.push({.count = 1});
  }
  BOOST_TEST(queue.full());
  queue.pop();
  BOOST_TEST(!queue.full());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_window)

BOOST_AUTO_TEST_CASE(is_full_until_the_peer_acknowledges) {
  send_window<std::uint32_t> w;
  w.open(2);
  w.on_send();
  BOOST_TEST(!w.full());
  w.on_send();
  BOOST_TEST(w.full());
  BOOST_TEST((w.acknowledge(1) == send_window<std::uint32_t>::news::some));
  BOOST_TEST(!w.full());
  BOOST_TEST(w.next() == 2u);
}

BOOST_AUTO_TEST_CASE(believes_nobody_who_has_more_than_was_sent) {
  send_window<std::uint32_t> w;
  w.open(4);
  w.on_send();
  BOOST_TEST((w.acknowledge(2) == send_window<std::uint32_t>::news::malformed));
  BOOST_TEST((w.acknowledge(1) == send_window<std::uint32_t>::news::some));
  BOOST_TEST((w.acknowledge(0) == send_window<std::uint32_t>::news::none));  // overtaken
  BOOST_TEST(w.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(goes_round) {
  send_window<std::uint16_t> w;
  w.open(4);
  for (unsigned i = 1; i != 0x30000; ++i) {
    w.on_send();
    BOOST_TEST_REQUIRE((w.acknowledge(static_cast<std::uint16_t>(i)) == send_window<std::uint16_t>::news::some));
  }
  BOOST_TEST(!w.full());
}

BOOST_AUTO_TEST_CASE(forgets_a_frame_that_was_not_posted) {
  send_window<std::uint32_t> w;
  w.open(1);
  w.on_send();
  w.take_back();
  BOOST_TEST(!w.full());
  BOOST_TEST(w.next() == 0u);
}

BOOST_AUTO_TEST_CASE(of_a_receiver_knows_what_may_come) {
  BOOST_TEST(in_window<std::uint32_t>(5, 5, 4));
  BOOST_TEST(in_window<std::uint32_t>(8, 5, 4));
  BOOST_TEST(!in_window<std::uint32_t>(9, 5, 4));
  BOOST_TEST(!in_window<std::uint32_t>(4, 5, 4));
  BOOST_TEST(in_window<std::uint32_t>(1, 0xfffffffe, 4));
}

BOOST_AUTO_TEST_CASE(is_smaller_the_more_connections_share_the_buffers) {
  BOOST_TEST(credits::share(0, 4096).data == 32u);
  BOOST_TEST(credits::share(16, 4096).data == 16u);
  BOOST_TEST(credits::share(64, 4096).data == 4u);
  std::size_t buffers = 0;
  for (std::size_t n = 0; n != 100; ++n) buffers += credits::share(n, 1024).buffers();
  BOOST_TEST(buffers < 1000u);  // a hundred on an endpoint of shm, and some left for bulk
  for (std::size_t n = 0; n != 100; ++n) BOOST_TEST(credits::share(n, 1024).sound());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
