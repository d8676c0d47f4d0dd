// SPDX-License-Identifier: MIT
#include <weft/passed_fds.hpp>

#include "base/fd.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace weft {

namespace {

/// A process as systemd would have started it, with two descriptors.
struct activated {
  activated() {
    base::unique_fd const null(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10));
    for (int const fd : {3, 4}) {
      before[fd - 3].reset(::fcntl(fd, F_DUPFD_CLOEXEC, 10));
      ::dup2(null.get(), fd);
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "2", 1);
    ::setenv("LISTEN_FDNAMES", "web:metrics", 1);
  }
  ~activated() {
    for (auto const* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    for (int const fd : {3, 4}) {
      ::close(fd);
      if (before[fd - 3]) ::dup2(before[fd - 3].get(), fd);
    }
  }
  base::unique_fd before[2];
};

}  // namespace

BOOST_AUTO_TEST_SUITE(passed)

BOOST_AUTO_TEST_CASE(none_are_passed_to_most_processes) { BOOST_TEST(passed_fds().empty()); }

BOOST_FIXTURE_TEST_CASE(those_passed_come_in_order_with_their_names, activated) {
  auto const all = passed_fds();
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].fd == 3);
  BOOST_TEST(all[0].name == "web");
  BOOST_TEST(all[1].fd == 4);
  BOOST_TEST(all[1].name == "metrics");
  BOOST_TEST((::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_FIXTURE_TEST_CASE(names_may_be_missing, activated) {
  ::unsetenv("LISTEN_FDNAMES");
  auto const all = passed_fds();
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[1].name == "");
}

BOOST_FIXTURE_TEST_CASE(what_was_meant_for_another_process_is_left_alone, activated) {
  ::setenv("LISTEN_PID", "1", 1);
  BOOST_TEST(passed_fds().empty());
}

BOOST_FIXTURE_TEST_CASE(nonsense_is_nothing, activated) {
  for (auto const* count : {"", "x", "-1", "0", "1000000000", "2x"}) {
    ::setenv("LISTEN_FDS", count, 1);
    BOOST_TEST(passed_fds().empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
