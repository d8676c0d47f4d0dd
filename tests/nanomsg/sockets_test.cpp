// SPDX-License-Identifier: MIT
// Sockets come and go; addresses are good or bad.
#include "nanomsg/calls.hpp"
#include "support/sanitizer.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace weft::nanomsg_tests {

namespace {

/// What a forked child finds out, each a bit; it leaves without a word to anybody else.
template <class Checks>
int in_child(Checks checks) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(checks());
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_sockets)

BOOST_AUTO_TEST_CASE(what_cannot_be_made_says_why) {
  BOOST_TEST(number(nn_socket(7, NN_PAIR)) == EAFNOSUPPORT);
  BOOST_TEST(number(nn_socket(AF_SP, 0)) == EINVAL);
  BOOST_TEST(number(nn_socket(AF_SP, NN_BUS + 1)) == EINVAL);
}

BOOST_AUTO_TEST_CASE(a_bad_number_is_none_for_every_call) {
  sock gone(NN_PAIR);
  int const closed = gone.release();
  BOOST_TEST(nn_close(closed) == 0);
  char c;
  int value = 1;
  std::size_t size = sizeof value;
  nn_msghdr h{};
  for (int const s : {-1, closed, 4095, 4096, 1 << 30, -(1 << 30)}) {
    BOOST_TEST(number(nn_close(s)) == EBADF);
    BOOST_TEST(number(nn_setsockopt(s, NN_SOL_SOCKET, NN_LINGER, &value, size)) == EBADF);
    BOOST_TEST(number(nn_getsockopt(s, NN_SOL_SOCKET, NN_LINGER, &value, &size)) == EBADF);
    BOOST_TEST(number(nn_bind(s, "inproc://x")) == EBADF);
    BOOST_TEST(number(nn_connect(s, "inproc://x")) == EBADF);
    BOOST_TEST(number(nn_shutdown(s, 1)) == EBADF);
    BOOST_TEST(number(nn_send(s, "x", 1, 0)) == EBADF);
    BOOST_TEST(number(nn_recv(s, &c, 1, 0)) == EBADF);
    BOOST_TEST(number(nn_sendmsg(s, &h, 0)) == EBADF);
    BOOST_TEST(number(nn_recvmsg(s, &h, 0)) == EBADF);
    BOOST_TEST((nn_get_statistic(s, NN_STAT_MESSAGES_SENT) == static_cast<std::uint64_t>(-1) && nn_errno() == EBADF));
    BOOST_TEST(number(nn_device(s, s)) == EBADF);
    nn_pollfd p{s, NN_POLLIN, 0};
    BOOST_TEST(number(nn_poll(&p, 1, 0)) == EBADF);
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_sockets_at_once) {
  std::vector<sock> pulls;
  sock push(NN_PUSH);
  auto const url = fresh();
  push.bind(url);
  for (int i = 0; i < 1000; ++i) pulls.emplace_back(NN_PULL).connect(url);
  push.wait_for_peers(1000);
  for (int i = 0; i < 1000; ++i) push.send("one each");
  for (auto& p : pulls) BOOST_TEST(p.receive() == "one each");
}

BOOST_AUTO_TEST_CASE(there_is_an_end_to_numbers) {
  std::vector<sock> all;
  for (;;) {
    int const s = nn_socket(AF_SP, NN_PAIR);
    if (s < 0) break;
    nn_close(s);
    BOOST_TEST_REQUIRE(all.size() < 100'000u);
    all.emplace_back(NN_PAIR);
  }
  BOOST_TEST(nn_errno() == EMFILE);
  BOOST_TEST(all.size() >= 1000u);
  all.pop_back();
  sock again(NN_PAIR);
}

BOOST_AUTO_TEST_CASE(without_descriptors_a_call_says_so) {
  if (test::skipped_under_sanitizer("it needs descriptors of its own to look at memory")) return;
  sock pair(NN_PAIR);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 256;
  ::setrlimit(RLIMIT_NOFILE, &few);
  std::vector<int> taken;
  for (int fd; (fd = ::dup(STDIN_FILENO)) >= 0;) taken.push_back(fd);
  int const said = number(nn_bind(pair, "tcp://127.0.0.1:25603"));
  for (int const fd : taken) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(said == EMFILE);
}

BOOST_AUTO_TEST_CASE(a_fork_begins_anew) {
  sock parents(NN_PAIR);
  auto const url = fresh();
  parents.bind(url);
  int const found = in_child([&] {
    int const a = nn_socket(AF_SP, NN_PAIR), b = nn_socket(AF_SP, NN_PAIR);
    char c = 0;
    bool const bound = nn_bind(a, url.c_str()) > 0 && nn_connect(b, url.c_str()) > 0;
    bool const heard = nn_send(b, "x", 1, 0) == 1 && nn_recv(a, &c, 1, 0) == 1 && c == 'x';
    return (number(nn_send(parents, "x", 1, NN_DONTWAIT)) == EBADF ? 1 : 0) | (bound ? 2 : 0) | (heard ? 4 : 0) |
           (nn_close(a) == 0 && nn_close(b) == 0 ? 8 : 0) | (nn_close(parents) == 0 ? 16 : 0);
  });
  BOOST_TEST(found == 31);
  sock peer(NN_PAIR);
  peer.connect(url);
  peer.send("still here");
  BOOST_TEST(parents.receive() == "still here");
}

BOOST_AUTO_TEST_CASE(an_endpoint_ends_by_its_id) {
  sock push(NN_PUSH), left(NN_PULL), right(NN_PULL);
  auto const one = fresh(), two = fresh();
  int const first = push.bind(one);
  BOOST_TEST(push.bind(two) == first + 1);
  left.connect(one);
  right.connect(two);
  push.wait_for_peers(2);
  BOOST_TEST(nn_shutdown(push, first) == 0);
  for (int const wrong : {first, 0, -1, 99}) BOOST_TEST(number(nn_shutdown(push, wrong)) == EINVAL);
  while (nn_get_statistic(push, NN_STAT_CURRENT_CONNECTIONS) > 1) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) push.send("right");
  for (int i = 0; i < 3; ++i) BOOST_TEST(right.receive() == "right");
  BOOST_TEST(left.try_receive() == EAGAIN);
  BOOST_TEST(push.bind(one) == first + 2);
}

BOOST_AUTO_TEST_CASE(errors_have_words) {
  BOOST_TEST(std::string_view(nn_strerror(ETERM)) == "Nanomsg library was terminated");
  BOOST_TEST(std::string_view(nn_strerror(EFSM)) == "Operation cannot be performed in this state");
  BOOST_TEST(std::string_view(nn_strerror(EAGAIN)) == std::strerror(EAGAIN));
  BOOST_TEST(nn_strerror(-3) != nullptr);
  errno = ENODEV;
  BOOST_TEST(nn_errno() == ENODEV);
}

BOOST_AUTO_TEST_CASE(statistics_say_what_happened) {
  sock push(NN_PUSH), pull(NN_PULL);
  auto const url = fresh();
  push.set(NN_SOL_SOCKET, NN_SNDPRIO, 3).bind(url);
  BOOST_TEST(number(nn_bind(push, url.c_str())) == EADDRINUSE);
  pull.connect(url);
  push.wait_for_peers(1);
  pull.wait_for_peers(1);
  push.send("12345");
  BOOST_TEST(pull.receive() == "12345");
  auto const of = [](sock const& s, int which) { return nn_get_statistic(s, which); };
  BOOST_TEST(of(push, NN_STAT_ACCEPTED_CONNECTIONS) == 1u);
  BOOST_TEST(of(pull, NN_STAT_ESTABLISHED_CONNECTIONS) == 1u);
  BOOST_TEST(of(push, NN_STAT_BIND_ERRORS) == 1u);
  BOOST_TEST(of(push, NN_STAT_MESSAGES_SENT) == 1u);
  BOOST_TEST(of(push, NN_STAT_BYTES_SENT) == 5u);
  BOOST_TEST(of(pull, NN_STAT_MESSAGES_RECEIVED) == 1u);
  BOOST_TEST(of(pull, NN_STAT_BYTES_RECEIVED) == 5u);
  BOOST_TEST(of(push, NN_STAT_CURRENT_SND_PRIORITY) == 3u);
  for (int const zero : {NN_STAT_DROPPED_CONNECTIONS, NN_STAT_BROKEN_CONNECTIONS, NN_STAT_CONNECT_ERRORS,
                         NN_STAT_ACCEPT_ERRORS, NN_STAT_INPROGRESS_CONNECTIONS, NN_STAT_CURRENT_EP_ERRORS})
    BOOST_TEST(of(push, zero) == 0u);
  for (int const none : {0, 100, 108, 204, 300, 305, 402})
    BOOST_TEST((of(push, none) == static_cast<std::uint64_t>(-1) && nn_errno() == EINVAL));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
