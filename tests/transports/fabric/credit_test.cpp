// SPDX-License-Identifier: MIT
#include "transports/fabric/credit.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>

namespace weft::ofi {

namespace {

using shorts = std::initializer_list<std::uint16_t>;
using window = send_window<std::uint16_t>;

struct fixture {
  void send(unsigned frames) {
    for (unsigned i = 0; i != frames; ++i) w.on_send();
  }
  /// Sends so many and hears that all of them were taken, a few at a time.
  void go_round(unsigned frames) {
    for (unsigned i = 0; i != frames; ++i) {
      w.on_send();
      BOOST_REQUIRE(w.acknowledge(w.next()) == window::news::some);
    }
  }

  window w;
};

bool same(credits a, credits b) { return a.data == b.data && a.control == b.control; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_credit)

BOOST_AUTO_TEST_CASE(buffers_are_for_data_frames_twice_for_control_frames_and_one_is_spare) {
  BOOST_TEST((credits{32, 4}.buffers()) == 41u);
  BOOST_TEST((credits{3, 2}.buffers()) == 8u);
  BOOST_TEST((credits{1, 2}.buffers()) == 6u);
  BOOST_TEST((credits{65535, 65535}.buffers()) == 3u * 65535 + 1);
}

BOOST_AUTO_TEST_CASE(data_credits_are_sound_from_1_to_32) {
  BOOST_TEST(!(credits{0, 4}.sound()));
  for (std::uint16_t data = 1; data <= 32; ++data) BOOST_TEST((credits{data, 4}.sound()));
  BOOST_TEST(!(credits{33, 4}.sound()));
  BOOST_TEST(!(credits{65535, 4}.sound()));
}

BOOST_AUTO_TEST_CASE(control_credits_are_sound_from_2_to_4) {
  for (auto const control : shorts{0, 1, 5, 65535}) BOOST_TEST(!(credits{32, control}.sound()));
  for (auto const control : shorts{2, 3, 4}) BOOST_TEST((credits{32, control}.sound()));
}

BOOST_AUTO_TEST_CASE(later_connections_of_an_endpoint_get_less) {
  constexpr std::size_t deep = 65536;
  BOOST_TEST(same(credits::share(0, deep), {32, 4}));
  BOOST_TEST(same(credits::share(15, deep), {32, 4}));
  BOOST_TEST(same(credits::share(16, deep), {16, 2}));
  BOOST_TEST(same(credits::share(63, deep), {16, 2}));
  BOOST_TEST(same(credits::share(64, deep), {4, 2}));
  BOOST_TEST(same(credits::share(1 << 20, deep), {4, 2}));
}

BOOST_AUTO_TEST_CASE(a_shallow_endpoint_gives_less_from_the_start) {
  BOOST_TEST(same(credits::share(0, 2048), {32, 4}));
  for (std::size_t const depth : {0, 1024, 2047}) {
    BOOST_TEST(same(credits::share(0, depth), {7, 2}));
    BOOST_TEST(same(credits::share(15, depth), {7, 2}));
    BOOST_TEST(same(credits::share(16, depth), credits::least()));
  }
}

BOOST_AUTO_TEST_CASE(every_share_is_sound_and_none_is_above_an_earlier_one) {
  for (std::size_t const depth : {0, 1024, 2048, 65536})
    for (std::size_t n = 0; n != 200; ++n) {
      auto const now = credits::share(n, depth);
      auto const later = credits::share(n + 1, depth);
      BOOST_TEST(now.sound());
      BOOST_TEST(later.buffers() <= now.buffers());
    }
}

BOOST_AUTO_TEST_CASE(a_window_that_was_never_opened_is_full) {
  window w;
  BOOST_TEST(w.full());
  BOOST_TEST(w.in_flight() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_window_is_full_at_its_limit_and_not_before, fixture) {
  w.open(3);
  for (std::uint16_t i = 0; i != 3; ++i) {
    BOOST_TEST(!w.full());
    BOOST_TEST(w.next() == i);
    w.on_send();
  }
  BOOST_TEST(w.full());
  BOOST_TEST(w.in_flight() == 3u);
  BOOST_TEST((w.acknowledge(1) == window::news::some));
  BOOST_TEST(!w.full());
  BOOST_TEST(w.in_flight() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_frame_that_was_not_posted_gives_its_number_back, fixture) {
  w.open(1);
  w.on_send();
  BOOST_TEST(w.full());
  w.take_back();
  BOOST_TEST(!w.full());
  BOOST_TEST(w.next() == 0u);
  BOOST_TEST((w.acknowledge(1) == window::news::malformed));
}

BOOST_FIXTURE_TEST_CASE(the_same_count_again_is_no_news, fixture) {
  w.open(8);
  BOOST_TEST((w.acknowledge(0) == window::news::none));
  send(2);
  BOOST_TEST((w.acknowledge(2) == window::news::some));
  BOOST_TEST((w.acknowledge(2) == window::news::none));
  BOOST_TEST(w.in_flight() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_older_count_changes_nothing, fixture) {
  w.open(8);
  send(6);
  BOOST_TEST((w.acknowledge(5) == window::news::some));
  for (std::uint16_t older = 0; older != 5; ++older) BOOST_TEST((w.acknowledge(older) == window::news::none));
  BOOST_TEST(w.in_flight() == 1u);
}

BOOST_FIXTURE_TEST_CASE(more_than_was_sent_is_malformed_and_changes_nothing, fixture) {
  w.open(8);
  BOOST_TEST((w.acknowledge(1) == window::news::malformed));
  send(6);
  BOOST_TEST((w.acknowledge(2) == window::news::some));
  for (auto const count : shorts{7, 8, 1000, 2 + 32767}) BOOST_TEST((w.acknowledge(count) == window::news::malformed));
  BOOST_TEST(w.in_flight() == 4u);
  BOOST_TEST((w.acknowledge(6) == window::news::some));
}

BOOST_FIXTURE_TEST_CASE(a_count_half_a_round_ahead_is_an_old_one, fixture) {
  w.open(8);
  go_round(10);
  BOOST_TEST((w.acknowledge(10 + 32767) == window::news::malformed));
  BOOST_TEST((w.acknowledge(10 + 32768) == window::news::none));
  BOOST_TEST((w.acknowledge(9) == window::news::none));
}

BOOST_FIXTURE_TEST_CASE(a_window_goes_round_the_end_of_its_numbers, fixture) {
  w.open(4);
  go_round(65534);
  send(4);
  BOOST_TEST(w.next() == 2u);
  BOOST_TEST(w.full());
  BOOST_TEST(w.in_flight() == 4u);
  BOOST_TEST((w.acknowledge(3) == window::news::malformed));
  BOOST_TEST((w.acknowledge(65533) == window::news::none));
  BOOST_TEST((w.acknowledge(65535) == window::news::some));
  BOOST_TEST(w.in_flight() == 3u);
  BOOST_TEST((w.acknowledge(1) == window::news::some));
  BOOST_TEST((w.acknowledge(65535) == window::news::none));
  BOOST_TEST((w.acknowledge(2) == window::news::some));
  BOOST_TEST(w.in_flight() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_frame_is_given_back_across_the_end_of_the_numbers, fixture) {
  w.open(4);
  go_round(65535);
  w.on_send();
  BOOST_TEST(w.next() == 0u);
  w.take_back();
  BOOST_TEST(w.next() == 65535u);
  BOOST_TEST(w.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(a_sequence_is_in_the_window_from_its_oldest_to_its_width) {
  for (unsigned const width : {1u, 2u, 4u, 32u}) {
    BOOST_TEST(!in_window<std::uint32_t>(99, 100, width));
    BOOST_TEST(in_window<std::uint32_t>(100, 100, width));
    BOOST_TEST(in_window<std::uint32_t>(100 + width - 1, 100, width));
    BOOST_TEST(!in_window<std::uint32_t>(100 + width, 100, width));
  }
  BOOST_TEST(!in_window<std::uint32_t>(100, 100, 0));
}

BOOST_AUTO_TEST_CASE(a_window_of_sequences_reaches_over_the_end_of_the_numbers) {
  constexpr std::uint32_t oldest = 0xfffffffe;
  BOOST_TEST(!in_window<std::uint32_t>(0xfffffffd, oldest, 4));
  for (std::uint32_t const inside : {0xfffffffeu, 0xffffffffu, 0u, 1u})
    BOOST_TEST(in_window<std::uint32_t>(inside, oldest, 4));
  BOOST_TEST(!in_window<std::uint32_t>(2, oldest, 4));
  BOOST_TEST(in_window<std::uint16_t>(1, 65534, 4));
  BOOST_TEST(!in_window<std::uint16_t>(2, 65534, 4));
  BOOST_TEST(!in_window<std::uint16_t>(65533, 65534, 4));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
