// SPDX-License-Identifier: MIT
// What a channel costs: of its own and of a socket, alone; and with four senders and four receivers on it, beside
// Boost.Asio's.
#include "common/in_turns.hpp"

#include <weft/channel.hpp>
#include <weft/engine.hpp>
#include <weft/pair.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;

constexpr std::size_t rounds = 11;
constexpr std::size_t batch = 16, batches = 5000;
constexpr int peers = 4, values_each = 25'000;

/// The price of `one` and of `other`, which are done a batch at a time, each in its turn.
template <class One, class Other>
double cost_of_the_first(One&& one, Other&& other) {
  std::chrono::nanoseconds spent{};
  for (std::size_t i = 0; i != batches; ++i) {
    auto const begin = perf::steady::now();
    for (std::size_t n = 0; n != batch; ++n) one();
    spent += perf::steady::now() - begin;
    for (std::size_t n = 0; n != batch; ++n) other();
  }
  return static_cast<double>(spent.count()) / (batch * batches);
}
template <class One, class Other>
double cost_of_the_second(One&& one, Other&& other) {
  std::chrono::nanoseconds spent{};
  for (std::size_t i = 0; i != batches; ++i) {
    for (std::size_t n = 0; n != batch; ++n) one();
    auto const begin = perf::steady::now();
    for (std::size_t n = 0; n != batch; ++n) other();
    spent += perf::steady::now() - begin;
  }
  return static_cast<double>(spent.count()) / (batch * batches);
}

void alone() {
  weft::channel<int> values(batch);
  weft::engine home;
  weft::pair_socket a(home), b(home);
  a.dial(b.listen("inproc://async-channel"));
  a.wait_for_peers(1);
  b.wait_for_peers(1);
  auto tx = a.sender();
  auto rx = b.receiver();
  auto const put = [&] { values.send(1); };
  auto const take = [&] { (void)values.receive(); };
  auto const send = [&] { tx.send(weft::message("m")); };
  auto const receive = [&] { (void)rx.receive(); };
  auto const plain_send = [&] { a.send(weft::message("m")); };
  auto const plain_receive = [&] { (void)b.receive(); };
  perf::compete(rounds, {
                            {"channel<int>: send", [&] { return cost_of_the_first(put, take); }},
                            {"channel<int>: receive", [&] { return cost_of_the_second(put, take); }},
                            {"inproc PAIR: sender", [&] { return cost_of_the_first(send, receive); }},
                            {"inproc PAIR: receiver", [&] { return cost_of_the_second(send, receive); }},
                            {"inproc PAIR: send()", [&] { return cost_of_the_first(plain_send, plain_receive); }},
                            {"inproc PAIR: receive()", [&] { return cost_of_the_second(plain_send, plain_receive); }},
                        });
}

double for_each_value(perf::steady::time_point begin) {
  std::chrono::duration<double, std::nano> const spent = perf::steady::now() - begin;
  return spent.count() / (peers * values_each);
}

double weft_contended() {
  weft::channel<int> values(64);
  auto const begin = perf::steady::now();
  {
    std::vector<std::jthread> all;
    for (int p = 0; p != peers; ++p) {
      all.emplace_back([&] {
        for (int i = 0; i != values_each; ++i) values.send(i);
      });
      all.emplace_back([&] {
        for (int i = 0; i != values_each; ++i) (void)values.receive();
      });
    }
  }
  return for_each_value(begin);
}

double asio_contended() {
  asio::thread_pool pool(2 * peers);
  asio::experimental::concurrent_channel<void(boost::system::error_code, int)> values(pool, 64);
  auto const begin = perf::steady::now();
  for (int p = 0; p != peers; ++p) {
    co_spawn(
        pool,
        [&]() -> asio::awaitable<void> {
          for (int i = 0; i != values_each; ++i) co_await values.async_send({}, i, asio::use_awaitable);
        },
        asio::detached);
    co_spawn(
        pool,
        [&]() -> asio::awaitable<void> {
          for (int i = 0; i != values_each; ++i) (void)co_await values.async_receive(asio::use_awaitable);
        },
        asio::detached);
  }
  pool.join();
  return for_each_value(begin);
}

void contended() {
  auto const cost = perf::compete(rounds, {{"4 senders, 4 receivers: channel<int>", weft_contended},
                                           {"4 senders, 4 receivers: asio's", asio_contended}});
  std::printf("%-52s %8.2f times the rate\n", "channel<int> against asio's", cost[1] / cost[0]);
}

}  // namespace

int main() {
  alone();
  contended();
}
