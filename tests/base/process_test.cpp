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

BOOST_AUTO_TEST_SUITE(process_at_the_other_end)

BOOST_AUTO_TEST_CASE(of_a_unix_domain_socket_is_known) {
  int ends[2];
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  auto const who = peer_process(ends[0]);
  for (int const fd : ends) ::close(fd);
  BOOST_TEST_REQUIRE(who.has_value());
  BOOST_TEST(who->pid == ::getpid());
  BOOST_TEST(who->uid == ::getuid());
  BOOST_TEST(who->gid == ::getgid());
}

BOOST_AUTO_TEST_CASE(of_anything_else_is_not) {
  int const tcp = ::socket(AF_INET, SOCK_STREAM, 0);
  BOOST_TEST(!peer_process(tcp).has_value());
  ::close(tcp);
  BOOST_TEST(!peer_process(-1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::base
