// SPDX-License-Identifier: MIT
#include "policy/router.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct sink {
  sink(unsigned id, unsigned credit) : pipe(pipe_id{id}, link, 128) { pipe.add_credit(credit); }
  std::string heard() const {
    std::string all;
    for (auto const& m : link.sent) all.append(m.text()) += ' ';
    return all;
  }
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  fixture() {
    for (auto* s : {&a, &b}) router.attach(s->pipe);
  }
  std::error_code send(std::uint32_t to, std::string_view text) {
    message m(text);
    return router.send(to, m);
  }
  bool dropped(drop_reason why, pipe_id from, std::string_view text) {
    auto const gone = host.dropped();
    return gone.size() == 1 && gone[0].why == why && gone[0].which == direction::outgoing && gone[0].from == from &&
           gone[0].what.text() == text;
  }

  test::fake_host host;
  sink a{1, 10}, b{2, 1};
  policy::router router{host, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router, fixture)

BOOST_AUTO_TEST_CASE(sends_to_who_is_named) {
  BOOST_TEST(!send(2, "b1"));
  BOOST_TEST(!send(1, "a1"));
  BOOST_TEST(a.heard() == "a1 ");
  BOOST_TEST(b.heard() == "b1 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(a_busy_pipe_has_some_wait_in_order_and_holds_up_nobody) {
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(2, text));
  BOOST_TEST(!send(1, "a1"));
  BOOST_TEST(a.heard() == "a1 ");
  BOOST_TEST(b.heard() == "1 ");
  BOOST_TEST(router.queued() == 2u);
  b.pipe.add_credit(1);
  router.writable(b.pipe);
  BOOST_TEST(!send(2, "4"));
  b.pipe.add_credit(5);
  router.writable(b.pipe);
  BOOST_TEST(b.heard() == "1 2 3 4 ");
  BOOST_TEST(router.queued() == 0u);
}

BOOST_AUTO_TEST_CASE(what_comes_on_top_is_dropped) {
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(2, text));
  BOOST_TEST(!send(2, "4"));
  BOOST_TEST(dropped(drop_reason::full, pipe_id{2}, "4"));
}

BOOST_AUTO_TEST_CASE(nobody_is_there_to_have_it) {
  BOOST_TEST(!send(3, "who?"));
  BOOST_TEST(dropped(drop_reason::peer_gone, pipe_id{}, "who?"));
}

BOOST_AUTO_TEST_CASE(what_waits_for_who_goes_is_dropped) {
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(2, text));
  router.detach(b.pipe);
  BOOST_TEST(dropped(drop_reason::peer_gone, pipe_id{2}, "2"));
  BOOST_TEST(router.queued() == 0u);
  BOOST_TEST(!send(2, "3"));
  BOOST_TEST(dropped(drop_reason::peer_gone, pipe_id{}, "3"));
}

BOOST_AUTO_TEST_CASE(over_the_peers_limit_is_refused_unharmed) {
  a.link.limit = 3;
  message m = test::with_header({7}, "long");
  BOOST_TEST(router.send(1, m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
