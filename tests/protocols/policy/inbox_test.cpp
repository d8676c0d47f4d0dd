// SPDX-License-Identifier: MIT
#include "policy/inbox.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct source {
  explicit source(unsigned id, unsigned window = 128) : pipe(pipe_id{id}, link, window) {}
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  void say(policy::inbox& to, source& from, std::string_view text) {
    from.pipe.deliver(message(text));
    to.add(from.pipe);
  }
  std::string drain(policy::inbox& from) {
    std::string texts;
    while (!from.empty()) texts.append(test::received(from).text()) += ' ';
    return texts;
  }

  test::fake_host host;
  source a{1}, b{2, 2};
  policy::inbox all{host, false}, newest{host, true};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbox, fixture)

BOOST_AUTO_TEST_CASE(takes_turns_and_keeps_what_is_left_behind) {
  for (auto* text : {"a1", "a2"}) say(all, a, text);
  say(all, b, "b1");
  BOOST_TEST(test::received(all).text() == "a1");
  all.keep(a.pipe);
  BOOST_TEST(drain(all) == "a2 b1 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(is_full_when_lost_pipes_left_too_much) {
  for (int i = 0; i < 4097; ++i) say(all, a, "m");
  BOOST_TEST(!all.full());
  all.keep(a.pipe);
  BOOST_TEST(all.full());
}

BOOST_AUTO_TEST_CASE(keeps_the_newest_and_says_what_it_displaced) {
  say(newest, a, "a1");
  say(newest, b, "b1");
  say(newest, b, "b2");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 2u);
  BOOST_TEST((gone[0].why == drop_reason::displaced && gone[0].which == direction::incoming));
  BOOST_TEST((gone[0].from == pipe_id{1}));
  BOOST_TEST(gone[0].what.text() == "a1");
  BOOST_TEST((gone[1].from == pipe_id{2}));
  BOOST_TEST(drain(newest) == "b2 ");
  say(newest, a, "a2");
  BOOST_TEST(drain(newest) == "a2 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(the_newest_survives_its_pipe) {
  say(newest, a, "a1");
  newest.keep(a.pipe);
  say(newest, b, "b1");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].from == pipe_id{}));  // nobody any more
  newest.keep(b.pipe);
  BOOST_TEST(drain(newest) == "b1 ");
}

BOOST_AUTO_TEST_CASE(who_only_keeps_the_newest_holds_nobody_back) {
  for (int i = 0; i < 10; ++i) say(newest, b, "m");
  BOOST_TEST(b.link.granted == 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
