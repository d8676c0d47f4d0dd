// SPDX-License-Identifier: MIT
#include <weft/ext/attendant.hpp>

#include <weft/ext/bell.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace weft::ext {

namespace {

struct door final : doorbell {
  explicit door(place p) noexcept : at(p) {}
  void ring() noexcept override { ++rings; }
  place where() const noexcept override { return at; }

  place at;
  unsigned rings = 0;
};

struct fixture {
  std::vector<std::uint32_t> heard() {
    auto const all = who.take();
    return {all.begin(), all.end()};
  }

  int socket = 0, other = 0;
  attendant who{&socket};
};

BOOST_FIXTURE_TEST_SUITE(attendant_, fixture)

BOOST_AUTO_TEST_CASE(hears_its_own_socket_while_it_listens_and_each_link_once) {
  BOOST_TEST(!attendant::hears({&socket, 1}));
  {
    attendant::listening const here(who);
    BOOST_TEST(attendant::hears({&socket, 1}));
    BOOST_TEST(attendant::hears({&socket, 2}));
    BOOST_TEST(attendant::hears({&socket, 1}));
    BOOST_TEST(!attendant::hears({&other, 3}));
    BOOST_TEST(!attendant::hears({}));
  }
  BOOST_TEST(!attendant::hears({&socket, 1}));
  BOOST_TEST(who.heard_any());
  BOOST_TEST((heard() == std::vector<std::uint32_t>{1, 2}));
  BOOST_TEST(!who.heard_any());
}

BOOST_AUTO_TEST_CASE(what_it_cannot_note_it_does_not_hear) {
  attendant::listening const here(who);
  std::uint32_t n = 0;
  while (n != 1000 && attendant::hears({&socket, n})) ++n;
  BOOST_TEST(n != 1000u);
  BOOST_TEST(attendant::hears({&socket, 0}));  // noted before
  BOOST_TEST(heard().size() == n);
  BOOST_TEST(attendant::hears({&socket, n}));
}

BOOST_AUTO_TEST_CASE(only_the_innermost_hears) {
  attendant::listening const here(who);
  {
    attendant nobody{nullptr};
    attendant::listening const inside(nobody);
    BOOST_TEST(!attendant::hears({&socket, 1}));
    BOOST_TEST(!attendant::hears({}));
  }
  BOOST_TEST(attendant::hears({&socket, 1}));
}

BOOST_AUTO_TEST_CASE(another_thread_rings_as_ever) {
  attendant::listening const here(who);
  std::jthread([&] { BOOST_TEST(!attendant::hears({&socket, 1})); }).join();
  BOOST_TEST(!who.heard_any());
}

BOOST_AUTO_TEST_CASE(a_bell_that_is_heard_is_not_rung) {
  auto const home = std::make_shared<door>(doorbell::place{&socket, 5});
  bell b;
  attendant::listening const here(who);
  b.ring();  // it does not hang yet
  BOOST_TEST(!who.heard_any());
  b.hang(home);
  b.ring();
  BOOST_TEST((heard() == std::vector<std::uint32_t>{5}));
  b.take_down();
  b.ring();
  BOOST_TEST(!who.heard_any());
  BOOST_TEST(home->rings == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace

}  // namespace weft::ext
