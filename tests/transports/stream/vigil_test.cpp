// SPDX-License-Identifier: MIT
#include "stream/vigil.hpp"

#include "stream/flow.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::stream {

namespace {

struct watched {
  watched() : watched(connected_fds()) {}
  explicit watched(std::pair<base::unique_fd, base::unique_fd> fds)
      : far(std::move(fds.second)),
        watching(std::make_shared<vigil>(loop)),
        one(std::make_shared<flow>(home, std::move(fds.first), framing::tcp, 1000, "far")) {
    watching->add(one);
  }
  small_reactor loop;
  far_end far;
  std::shared_ptr<lane> home = std::make_shared<lane>(loop);
  std::shared_ptr<vigil> watching;
  std::shared_ptr<flow> one;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_vigil)

BOOST_FIXTURE_TEST_CASE(notices_a_hang_up_and_nothing_else, watched) {
  far.say(framed("data"));
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!home->busy());
  far.hang_up();
  BOOST_TEST(loop.until([this] { return home->busy(); }));
  BOOST_TEST(loop.attended == 1);
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(loop.attended == 1);  // once
}

BOOST_FIXTURE_TEST_CASE(what_was_removed_is_not_noticed, watched) {
  watching->remove(*one);
  far.hang_up();
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!home->busy());
}

BOOST_FIXTURE_TEST_CASE(does_not_keep_what_it_watches, watched) {
  std::weak_ptr const gone = one;
  one.reset();
  BOOST_TEST(gone.expired());
  far.hang_up();
  for (int i = 0; i != 10; ++i) loop.turn();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
