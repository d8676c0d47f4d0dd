// SPDX-License-Identifier: MIT
// nn_device(), and how far messages travel through chains of them.
#include "nanomsg/calls.hpp"

#include <cerrno>
#include <future>
#include <memory>
#include <vector>

namespace weft::nanomsg_tests {

namespace {

/// A device that runs until one of its sockets is closed.
class running_device {
 public:
  running_device(int left, std::string const& from, int right, std::string const& to)
      : a_(left, AF_SP_RAW), b_(right, AF_SP_RAW) {
    a_.bind(from);
    b_.bind(to);
    // NN_SUB passes on what it has subscribed to.
    for (auto* s : {&a_, &b_}) (void)nn_setsockopt(*s, NN_SUB, NN_SUB_SUBSCRIBE, "", 0);
    ended_ = std::async(std::launch::async, [a = int(a_), b = int(b_)] { return number(nn_device(a, b)); });
  }
  ~running_device() {
    nn_close(a_.release());
    BOOST_TEST(ended_.get() == EBADF);
  }
  sock& left() { return a_; }
  sock& right() { return b_; }

 private:
  sock a_, b_;
  std::future<int> ended_;
};

/// A request through so many devices, in the end to one who takes `ttl` hops. \return whether it came
bool comes_through(int asks, int answers, std::size_t devices, int ttl) {
  std::vector<std::string> urls(2 * devices);
  for (auto& u : urls) u = fresh();
  std::vector<std::unique_ptr<running_device>> chain;
  for (std::size_t i = 0; i < devices; ++i) {
    chain.push_back(std::make_unique<running_device>(answers, urls[2 * i], asks, urls[2 * i + 1]));
    if (i > 0) chain[i]->left().connect(urls[2 * i - 1]);
  }
  sock first(asks), last(answers);
  last.set(NN_SOL_SOCKET, NN_MAXTTL, ttl).set(NN_SOL_SOCKET, NN_RCVTIMEO, 300).connect(urls.back());
  last.wait_for_peers(1);
  first.connect(urls.front());
  first.wait_for_peers(1);
  chain.back()->right().wait_for_peers(1);
  first.send("far");
  if (last.receive() != "far") return false;
  last.send("back");
  return first.receive() == "back";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_devices)

BOOST_AUTO_TEST_CASE(a_device_carries_both_ways) {
  auto const left = fresh(), right = fresh();
  running_device device(NN_PAIR, left, NN_PAIR, right);
  sock a(NN_PAIR), b(NN_PAIR);
  a.connect(left);
  b.connect(right);
  a.send("there");
  BOOST_TEST(b.receive() == "there");
  b.send("back");
  BOOST_TEST(a.receive() == "back");
}

BOOST_AUTO_TEST_CASE(a_device_carries_one_way) {
  auto const in = fresh(), out = fresh();
  running_device device(NN_PULL, in, NN_PUSH, out);
  sock push(NN_PUSH), pull(NN_PULL);
  push.connect(in);
  pull.connect(out);
  for (int i = 0; i < 10; ++i) push.send("x");
  for (int i = 0; i < 10; ++i) BOOST_TEST(pull.receive() == "x");
}

BOOST_AUTO_TEST_CASE(a_device_of_one_socket_sends_back_to_all_others) {
  sock hub(NN_BUS, AF_SP_RAW), a(NN_BUS), b(NN_BUS);
  auto const url = fresh();
  hub.bind(url);
  auto ended = std::async(std::launch::async, [s = int(hub)] { return number(nn_device(s, -1)); });
  a.connect(url);
  b.connect(url);
  hub.wait_for_peers(2);
  a.send("to all");
  BOOST_TEST(b.receive() == "to all");
  BOOST_TEST(a.try_receive() == EAGAIN);
  nn_close(hub.release());
  BOOST_TEST(ended.get() == EBADF);
}

BOOST_AUTO_TEST_CASE(requests_and_surveys_find_their_way_back) {
  BOOST_TEST(comes_through(NN_REQ, NN_REP, 1, 8));
  BOOST_TEST(comes_through(NN_REQ, NN_REP, 3, 8));
  BOOST_TEST(comes_through(NN_SURVEYOR, NN_RESPONDENT, 2, 8));
}

BOOST_AUTO_TEST_CASE(nothing_travels_further_than_its_receiver_lets_it) {
  BOOST_TEST(!comes_through(NN_REQ, NN_REP, 2, 2));
  BOOST_TEST(comes_through(NN_REQ, NN_REP, 2, 3));
  BOOST_TEST(!comes_through(NN_SURVEYOR, NN_RESPONDENT, 2, 2));
  BOOST_TEST(comes_through(NN_SURVEYOR, NN_RESPONDENT, 2, 3));
}

BOOST_AUTO_TEST_CASE(the_limit_may_change_while_requests_come) {
  auto const url = fresh(), out = fresh();
  running_device device(NN_REP, url, NN_REQ, out);
  sock req(NN_REQ), rep(NN_REP);
  rep.set(NN_SOL_SOCKET, NN_RCVTIMEO, 100).connect(out);
  device.right().wait_for_peers(1);
  req.connect(url);
  rep.set(NN_SOL_SOCKET, NN_MAXTTL, 1);
  req.send("far");
  BOOST_TEST(rep.receive() == "error " + std::to_string(ETIMEDOUT));
  rep.set(NN_SOL_SOCKET, NN_MAXTTL, 2).set(NN_SOL_SOCKET, NN_RCVTIMEO, patience);
  req.send("far");
  BOOST_TEST(rep.receive() == "far");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_device_says_why) {
  sock cooked(NN_PAIR), raw(NN_PAIR, AF_SP_RAW), bus(NN_BUS, AF_SP_RAW), push(NN_PUSH, AF_SP_RAW);
  BOOST_TEST(number(nn_device(-1, -1)) == EBADF);
  BOOST_TEST(number(nn_device(cooked, raw)) == EINVAL);
  BOOST_TEST(number(nn_device(raw, cooked)) == EINVAL);
  BOOST_TEST(number(nn_device(raw, bus)) == EINVAL);
  BOOST_TEST(number(nn_device(cooked, -1)) == EINVAL);
  BOOST_TEST(number(nn_device(push, -1)) == ENOTSUP);
  BOOST_TEST(number(nn_device(push, push)) == EINVAL);
}

BOOST_AUTO_TEST_CASE(closing_either_socket_ends_a_device) {
  for (int round = 0; round < 20; ++round) {
    sock in(NN_PULL, AF_SP_RAW), out(NN_PUSH, AF_SP_RAW);
    auto ended = std::async(std::launch::async, [a = int(in), b = int(out)] { return number(nn_device(a, b)); });
    nn_close(round % 2 ? in.release() : out.release());
    BOOST_TEST(ended.get() == EBADF);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
