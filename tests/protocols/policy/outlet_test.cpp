// SPDX-License-Identifier: MIT
#include "policy/outlet.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

using policy::outlet;

struct fixture {
  void put(outlet& out, std::initializer_list<char const*> texts) {
    for (auto* t : texts) out.put(message(t));
  }
  std::string sent() const {
    std::string all;
    for (auto const& m : link.sent) all.append(m.text()) += ' ';
    return all;
  }
  /// What was dropped, and for that reason.
  std::string dropped(drop_reason why) {
    std::string all;
    for (auto const& d : host.dropped()) {
      BOOST_TEST((d.why == why && d.which == direction::outgoing && d.from == pipe_id{1}));
      all.append(d.what.text()) += ' ';
    }
    return all;
  }

  test::fake_host host;
  test::scripted_connection link;
  ext::pipe pipe{pipe_id{1}, link, 128};
  policy::backlog backlog{host};
  outlet oldest{pipe, backlog, 2, outlet::overflow::drops_oldest};
  outlet newest{pipe, backlog, 2, outlet::overflow::drops_newest};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outlet_, fixture)

BOOST_AUTO_TEST_CASE(sends_while_the_pipe_has_room_and_keeps_the_rest_in_order) {
  pipe.add_credit(1);
  put(oldest, {"1", "2", "3"});
  BOOST_TEST(sent() == "1 ");
  BOOST_TEST(oldest.full());
  pipe.add_credit(1);
  put(oldest, {});
  oldest.drain();
  BOOST_TEST(sent() == "1 2 ");
  pipe.add_credit(5);
  put(oldest, {"4"});  // not before 3
  oldest.drain();
  BOOST_TEST(sent() == "1 2 3 4 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room) {
  put(oldest, {"1", "2", "3", "4"});
  BOOST_TEST(dropped(drop_reason::displaced) == "1 2 ");
  BOOST_TEST(!oldest.idle());
  pipe.add_credit(2);
  oldest.drain();
  BOOST_TEST(sent() == "3 4 ");
  BOOST_TEST(oldest.idle());
}

BOOST_AUTO_TEST_CASE(or_the_newest_goes) {
  put(newest, {"1", "2", "3", "4"});
  BOOST_TEST(dropped(drop_reason::full) == "3 4 ");
}

BOOST_AUTO_TEST_CASE(what_waits_goes_with_its_pipe) {
  put(oldest, {"1", "2"});
  oldest.abandon();
  BOOST_TEST(dropped(drop_reason::peer_gone) == "1 2 ");
  BOOST_TEST(!oldest.full());
  BOOST_TEST(!host.tended());
}

BOOST_AUTO_TEST_CASE(all_that_waits_is_counted_together) {
  put(oldest, {"1", "2", "3"});
  put(newest, {"1", "2", "3"});
  BOOST_TEST(backlog.size() == 4u);
  oldest.abandon();
  pipe.add_credit(1);
  newest.drain();
  BOOST_TEST(backlog.size() == 1u);
}

BOOST_AUTO_TEST_CASE(knows_what_the_peer_takes) {
  link.limit = 3;
  BOOST_TEST(oldest.takes(message("abc")));
  BOOST_TEST(!oldest.takes(message("abcd")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
