// SPDX-License-Identifier: MIT
// Time-outs, descriptors, nn_poll(), and what becomes of those who wait when a socket is closed.
#include "nanomsg/calls.hpp"

#include <poll.h>
#include <pthread.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <vector>

namespace weft::nanomsg_tests {

namespace {

bool shows(int fd, int within = 0) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, within) == 1;
}

/// What a call ends with while its thread handles one signal after another.
template <class Call>
int interrupted(Call call) {
  std::promise<pthread_t> self;
  auto ends = std::async(std::launch::async, [&] {
    self.set_value(::pthread_self());
    return number(call());
  });
  auto const thread = self.get_future().get();
  do ::pthread_kill(thread, SIGUSR1);
  while (ends.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready);
  return ends.get();
}

/// SIGUSR1 is handled, for as long as this is there.
class handled {
 public:
  explicit handled(int flags) {
    struct sigaction what {};
    what.sa_handler = [](int) {};
    what.sa_flags = flags;
    ::sigaction(SIGUSR1, &what, &before_);
  }
  ~handled() { ::sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_waiting)

BOOST_AUTO_TEST_CASE(a_signal_ends_a_call_that_waits) {
  for (int const flags : {0, SA_RESTART}) {
    handled const usr1(flags);
    for (auto const& url :
         {fresh(), std::string("tcp://127.0.0.1:25611"), std::string("ofi+tcp://127.0.0.1:25611"), fresh("ofi+shm")}) {
      BOOST_TEST_INFO_SCOPE(url << ", flags " << flags);
      sock pair(NN_PAIR), peer(NN_PAIR);
      pair.set(NN_SOL_SOCKET, NN_RCVTIMEO, -1).set(NN_SOL_SOCKET, NN_SNDTIMEO, -1).bind(url);
      char c = 'x';
      BOOST_TEST(interrupted([&] { return nn_send(pair, &c, 1, 0); }) == EINTR);  // nobody is there
      peer.connect(url);
      pair.wait_for_peers(1);
      BOOST_TEST(interrupted([&] { return nn_recv(pair, &c, 1, 0); }) == EINTR);
      nn_pollfd p{pair, NN_POLLIN, 0};
      BOOST_TEST(interrupted([&] { return nn_poll(&p, 1, -1); }) == EINTR);
      peer.send("after all");
      BOOST_TEST(pair.receive() == "after all");
    }
    sock from(NN_PULL, AF_SP_RAW), to(NN_PUSH, AF_SP_RAW);
    BOOST_TEST(interrupted([&] { return nn_device(from, to); }) == EINTR);
  }
}

BOOST_AUTO_TEST_CASE(a_call_ends_when_its_time_is_over) {
  sock pair(NN_PAIR);
  pair.set(NN_SOL_SOCKET, NN_SNDTIMEO, 1).set(NN_SOL_SOCKET, NN_RCVTIMEO, 1);
  char c;
  BOOST_TEST(number(nn_recv(pair, &c, 1, 0)) == ETIMEDOUT);
  BOOST_TEST(number(nn_send(pair, &c, 1, 0)) == ETIMEDOUT);
  BOOST_TEST(pair.try_receive() == EAGAIN);
  BOOST_TEST(pair.try_send() == EAGAIN);
}

BOOST_AUTO_TEST_CASE(who_waits_is_told_when_another_closes) {
  for (auto const& url : {fresh(), std::string("tcp://127.0.0.1:25601"), fresh("ipc")}) {
    for (int round = 0; round < 10; ++round) {
      sock s(NN_PAIR);
      s.set(NN_SOL_SOCKET, NN_RCVTIMEO, -1).set(NN_SOL_SOCKET, NN_SNDTIMEO, -1).bind(url);
      std::vector<std::future<int>> all;
      for (int i = 0; i < 3; ++i) {
        all.push_back(std::async(std::launch::async, [fd = int(s)] {
          char c;
          return number(nn_recv(fd, &c, 1, 0));
        }));
        all.push_back(std::async(std::launch::async, [fd = int(s)] { return number(nn_send(fd, "x", 1, 0)); }));
        all.push_back(std::async(std::launch::async, [fd = int(s)] {
          nn_pollfd p{fd, NN_POLLIN, 0};
          return number(nn_poll(&p, 1, -1));
        }));
      }
      BOOST_TEST(nn_close(s.release()) == 0);
      for (auto& f : all) BOOST_TEST(f.get() == EBADF);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_many_who_close_one_does) {
  for (int round = 0; round < 50; ++round) {
    sock s(NN_REP);
    int const fd = s.release();
    auto const close = [fd] { return number(nn_close(fd)); };
    auto other = std::async(std::launch::async, close);
    int const mine = close();
    BOOST_TEST((mine + other.get()) == EBADF);
  }
}

BOOST_AUTO_TEST_CASE(poll_says_what_is_ready) {
  sock a(NN_PAIR), b(NN_PAIR);
  auto const url = fresh();
  a.bind(url);
  nn_pollfd p[] = {{a, NN_POLLIN | NN_POLLOUT, 0}, {b, NN_POLLIN, 0}};
  BOOST_TEST(nn_poll(p, 2, 0) == 0);
  b.connect(url);
  BOOST_TEST(nn_poll(p, 2, patience) == 1);
  BOOST_TEST(p[0].revents == NN_POLLOUT);
  a.send("x");
  p[0].events = NN_POLLIN;
  BOOST_TEST(nn_poll(p, 2, patience) == 1);
  BOOST_TEST(p[0].revents == 0);
  BOOST_TEST(p[1].revents == NN_POLLIN);
  BOOST_TEST(b.receive() == "x");
  BOOST_TEST(nn_poll(p, 2, 0) == 0);
  BOOST_TEST(nn_poll(nullptr, 0, 0) == 0);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_polled_for_nothing_may_be_closed) {
  sock watched(NN_PAIR), ignored(NN_PAIR), peer(NN_PAIR);
  auto const url = fresh();
  watched.bind(url);
  peer.connect(url);
  auto polled = std::async(std::launch::async, [a = int(watched), b = int(ignored)] {
    nn_pollfd p[] = {{a, NN_POLLIN, 0}, {b, 0, 0}};
    return nn_poll(p, 2, patience);
  });
  BOOST_TEST(nn_close(ignored.release()) == 0);
  peer.send("x");
  // Closed before or after it was looked at.
  int const n = polled.get();
  BOOST_TEST((n == 1 || n == -1));
}

BOOST_AUTO_TEST_CASE(poll_refuses_what_cannot_be) {
  sock push(NN_PUSH);
  nn_pollfd p{push, NN_POLLIN, 7};
  BOOST_TEST(number(nn_poll(&p, 1, 0)) == ENOPROTOOPT);
  BOOST_TEST(number(nn_poll(nullptr, 1, 0)) == EFAULT);
  BOOST_TEST(number(nn_poll(&p, -1, 0)) == EINVAL);
}

BOOST_AUTO_TEST_CASE(descriptors_show_the_level) {
  sock push(NN_PUSH), pull(NN_PULL);
  auto const url = fresh();
  pull.bind(url);
  int const in = pull.get(NN_SOL_SOCKET, NN_RCVFD), out = push.get(NN_SOL_SOCKET, NN_SNDFD);
  BOOST_TEST(!shows(in));
  BOOST_TEST(!shows(out));
  push.connect(url);
  BOOST_TEST(shows(out, patience));
  push.send("1");
  push.send("2");
  for (char const* text : {"1", "2"}) {
    BOOST_TEST(shows(in, patience));
    BOOST_TEST(pull.receive() == text);
  }
  BOOST_TEST(!shows(in));
  int value;
  std::size_t size = sizeof value;
  BOOST_TEST(number(nn_getsockopt(pull, NN_SOL_SOCKET, NN_SNDFD, &value, &size)) == ENOPROTOOPT);
}

BOOST_AUTO_TEST_CASE(a_close_delivers_within_its_linger) {
  for (auto const& url : {std::string("tcp://127.0.0.1:25602"), fresh("ipc")}) {
    sock pull(NN_PULL);
    pull.bind(url);
    std::string const large(500'000, 'l');
    {
      sock push(NN_PUSH);
      push.set(NN_SOL_SOCKET, NN_LINGER, patience).connect(url);
      for (int i = 0; i < 20; ++i) BOOST_TEST(nn_send(push, large.data(), large.size(), 0) == 500'000);
      auto const closing = std::async(std::launch::async, [fd = push.release()] { nn_close(fd); });
      for (int i = 0; i < 20; ++i) {
        void* p = nullptr;
        BOOST_TEST(nn_recv(pull, &p, NN_MSG, 0) == 500'000);
        nn_freemsg(p);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
