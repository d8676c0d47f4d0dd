// SPDX-License-Identifier: MIT
#include "base/fd.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>

namespace weft::base {

namespace {

int fresh() { return ::eventfd(0, EFD_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_unique_fd)

BOOST_AUTO_TEST_CASE(owns_nothing_at_first) {
  unique_fd const none;
  BOOST_TEST(!none);
  BOOST_TEST(none.get() == -1);
}

BOOST_AUTO_TEST_CASE(closes_what_it_owns) {
  int const raw = fresh();
  {
    unique_fd const owner(raw);
    BOOST_TEST(static_cast<bool>(owner));
    BOOST_TEST(is_open(raw));
  }
  BOOST_TEST(!is_open(raw));
}

BOOST_AUTO_TEST_CASE(may_own_zero) {
  // 0 is a descriptor like any other for a program that has closed its input.
  unique_fd zero(0);
  BOOST_TEST(static_cast<bool>(zero));
  BOOST_TEST(zero.release() == 0);
}

BOOST_AUTO_TEST_CASE(gives_away_what_it_owns_when_moved) {
  int const raw = fresh();
  unique_fd first(raw);
  unique_fd second(std::move(first));
  BOOST_TEST(!first);
  BOOST_TEST(second.get() == raw);
  BOOST_TEST(is_open(raw));
}

BOOST_AUTO_TEST_CASE(closes_its_own_when_another_is_moved_in) {
  int const old = fresh(), raw = fresh();
  unique_fd target(old), source(raw);
  target = std::move(source);
  BOOST_TEST(!is_open(old));
  BOOST_TEST(target.get() == raw);
  BOOST_TEST(!source);
}

BOOST_AUTO_TEST_CASE(survives_a_move_to_itself) {
  int const raw = fresh();
  unique_fd owner(raw);
  auto& alias = owner;
  owner = std::move(alias);
  BOOST_TEST(owner.get() == raw);
  BOOST_TEST(is_open(raw));
}

BOOST_AUTO_TEST_CASE(releases_without_closing) {
  unique_fd owner(fresh());
  int const raw = owner.release();
  BOOST_TEST(!owner);
  BOOST_TEST(is_open(raw));
  unique_fd const again(raw);
}

BOOST_AUTO_TEST_CASE(resets_to_another_or_to_none) {
  int const old = fresh(), raw = fresh();
  unique_fd owner(old);
  owner.reset(raw);
  BOOST_TEST(!is_open(old));
  owner.reset();
  BOOST_TEST(!is_open(raw));
  BOOST_TEST(!owner);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
