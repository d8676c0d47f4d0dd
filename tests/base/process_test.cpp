// SPDX-License-Identifier: MIT
#include "base/process.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

namespace weft::base {

namespace {

// The exit status of a child that runs `body`. It leaves at once: the test program's ending is the parent's.
template <class Body>
int in_child(Body body) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(process_generation_number)

BOOST_AUTO_TEST_CASE(stays_the_same_in_one_process) { BOOST_TEST(process_generation() == process_generation()); }

BOOST_AUTO_TEST_CASE(is_another_one_in_a_fork) {
  auto const mine = process_generation();
  BOOST_TEST(in_child([&] { return process_generation() == mine + 1 ? 0 : 1; }) == 0);
  BOOST_TEST(process_generation() == mine);
}

BOOST_AUTO_TEST_CASE(is_another_one_again_in_a_fork_of_a_fork) {
  auto const mine = process_generation();
  auto const grandchild = [&] { return process_generation() == mine + 2 ? 0 : 1; };
  BOOST_TEST(in_child([&] { return in_child(grandchild); }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
