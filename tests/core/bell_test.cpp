// SPDX-License-Identifier: MIT
#include <weft/ext/bell.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>

namespace weft::ext {

namespace {

struct door final : doorbell {
  void ring() noexcept override {
    ++rings;
    if (on_ring) on_ring();
  }
  unsigned rings = 0;
  std::function<void()> on_ring;
};

struct fixture {
  std::shared_ptr<door> home = std::make_shared<door>();
  std::weak_ptr<door> watched = home;
  bell b;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bell_, fixture)

BOOST_AUTO_TEST_CASE(rings_once_it_hangs) {
  b.ring();
  b.hang(home);
  BOOST_TEST(home->rings == 0u);
  b.ring();
  b.ring();
  BOOST_TEST(home->rings == 2u);
}

BOOST_AUTO_TEST_CASE(taken_down_it_rings_nobody_and_keeps_nobody) {
  b.take_down();  // it never hung
  b.hang(std::move(home));
  b.take_down();
  BOOST_TEST(watched.expired());
  b.ring();
}

BOOST_AUTO_TEST_CASE(who_rings_keeps_the_door_for_so_long) {
  bool kept = false;
  home->on_ring = [&] {
    b.take_down();
    kept = !watched.expired();
  };
  b.hang(std::move(home));
  b.ring();
  BOOST_TEST(kept);
  BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ext
