// SPDX-License-Identifier: MIT
#include "core/readiness.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

bool shows(readiness const& r) {
  pollfd p{r.get(), POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(readiness_descriptor)

BOOST_AUTO_TEST_CASE(is_not_there_until_made_and_then_the_same) {
  readiness r;
  BOOST_TEST(!r.open());
  BOOST_TEST(r.get() == -1);
  int const fd = r.make();
  BOOST_TEST(fd >= 0);
  BOOST_TEST(r.make() == fd);
  BOOST_TEST(r.get() == fd);
  BOOST_TEST(r.open());
}

BOOST_AUTO_TEST_CASE(is_readable_exactly_while_it_is_true) {
  readiness r;
  r.make();
  BOOST_TEST(!shows(r));
  for (bool level : {true, true, false, false, true, false}) {
    r.settle([&] { return level; });
    BOOST_TEST(shows(r) == level);
  }
}

BOOST_AUTO_TEST_CASE(asks_once_for_each_settling) {
  readiness r;
  r.make();
  int asked = 0;
  for (int i = 0; i < 3; ++i) r.settle([&] { return ++asked > 0; });
  BOOST_TEST(asked == 3);
  BOOST_TEST(shows(r));
}

BOOST_AUTO_TEST_CASE(shows_the_last_word_of_several_threads) {
  readiness r;
  r.make();
  std::atomic<int> count{0};
  auto const settle = [&] { r.settle([&] { return count.load() > 0; }); };
  for (int round = 0; round < 200; ++round) {
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
          for (int n = 0; n < 50; ++n) ++count, settle(), --count, settle();
        });
    }
    BOOST_TEST(!shows(r));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
