// SPDX-License-Identifier: MIT
#include "policy/waiting_room.hpp"

#include "support/fake_host.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace weft::protocols {

namespace {

struct nobody final : ext::context {
  bool can_send() const noexcept override { return false; }
  std::error_code send(message&) override { return errc::unsupported; }
  bool can_receive() const noexcept override { return false; }
  result<message> receive() override { return errc::unsupported; }
};

struct fixture {
  using list = std::vector<ext::context*>;
  list called() {
    room.call_all(host);
    return host.woken();
  }

  test::fake_host host;
  nobody x, y;
  policy::waiting_room room;
  policy::waiting_room::seat of_x{x}, of_y{y};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_room, fixture)

BOOST_AUTO_TEST_CASE(who_is_in_it_is_called_longest_wait_first) {
  room.enter(of_y);
  room.enter(of_x);
  room.enter(of_y);  // keeps its place
  BOOST_TEST((called() == list{&y, &x}));
}

BOOST_AUTO_TEST_CASE(who_was_called_has_left) {
  room.enter(of_x);
  room.enter(of_y);
  called();
  BOOST_TEST(called().empty());
  room.enter(of_y);
  BOOST_TEST((called() == list{&y}));
}

BOOST_AUTO_TEST_CASE(a_seat_that_goes_is_not_called) {
  std::optional<policy::waiting_room::seat> brief(x);
  room.enter(*brief);
  room.enter(of_y);
  brief.reset();
  BOOST_TEST((called() == list{&y}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
