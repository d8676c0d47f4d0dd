// SPDX-License-Identifier: MIT
#include "policy/hungry_line.hpp"

#include "support/fake_host.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace weft::protocols {

namespace {

struct diner final : ext::context {
  bool can_send() const noexcept override { return false; }
  std::error_code send(message&) override { return {}; }
  bool can_receive() const noexcept override { return false; }
  std::error_code receive(message&) override { return errc::would_block; }
  ext::list_hook hook;
};

struct fixture {
  std::vector<ext::context*> woken() {
    line.wake_one(host);
    return host.woken();
  }
  using contexts = std::vector<ext::context*>;

  test::fake_host host;
  diner a, b, c;
  policy::hungry_line<diner, &diner::hook> line;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hungry_line, fixture)

BOOST_AUTO_TEST_CASE(wakes_nobody_when_nobody_asked) { BOOST_TEST(woken().empty()); }

BOOST_AUTO_TEST_CASE(wakes_one_of_those_who_wait_the_first_first) {
  for (auto* d : {&b, &a, &c}) {
    d->waiting = 1;
    line.told_no(*d);
    line.told_no(*d);  // keeps its place
  }
  for (auto* d : {&b, &a, &c}) BOOST_TEST((woken() == contexts{d}));
  BOOST_TEST(woken().empty());
}

BOOST_AUTO_TEST_CASE(wakes_those_who_only_asked_and_the_first_who_waits_behind_them) {
  b.waiting = c.waiting = 1;
  for (auto* d : {&a, &b, &c}) line.told_no(*d);
  BOOST_TEST((woken() == contexts{&a, &b}));
  BOOST_TEST((woken() == contexts{&c}));
}

BOOST_AUTO_TEST_CASE(who_asks_again_stands_at_the_end) {
  a.waiting = b.waiting = 1;
  line.told_no(a);
  line.told_no(b);
  BOOST_TEST((woken() == contexts{&a}));
  line.told_no(a);
  BOOST_TEST((woken() == contexts{&b}));
  BOOST_TEST((woken() == contexts{&a}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
