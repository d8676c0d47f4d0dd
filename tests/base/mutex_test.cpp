// SPDX-License-Identifier: MIT
#include "base/mutex.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <future>
#include <mutex>
#include <thread>

namespace weft::base {

BOOST_AUTO_TEST_SUITE(mutex_)

BOOST_AUTO_TEST_CASE(is_had_by_one_at_a_time) {
  mutex m;
  long count = 0;  // a plain one: what two change at once is lost
  auto const work = [&] {
    for (int i = 0; i != 20'000; ++i) {
      std::lock_guard lock(m);
      long const before = count;
      if (i % 1000 == 0) std::this_thread::yield();
      count = before + 1;
    }
  };
  {
    std::array<std::jthread, 4> threads;
    for (auto& t : threads) t = std::jthread(work);
  }
  BOOST_TEST(count == 80'000);
}

BOOST_AUTO_TEST_CASE(a_try_does_not_wait) {
  mutex m;
  BOOST_TEST(m.try_lock());
  BOOST_TEST(!m.try_lock());
  m.unlock();
  BOOST_TEST(m.try_lock());
  m.unlock();
}

BOOST_AUTO_TEST_CASE(all_who_sleep_on_it_have_it_in_the_end) {
  for (int round = 0; round != 50; ++round) {
    mutex m;
    m.lock();
    int had_it = 0;
    std::array<std::jthread, 3> threads;
    for (auto& t : threads)
      t = std::jthread([&] {
        std::lock_guard lock(m);
        ++had_it;
      });
    std::this_thread::yield();  // some are asleep by now, some are not
    m.unlock();
    for (auto& t : threads) t.join();
    BOOST_TEST(had_it == 3);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
