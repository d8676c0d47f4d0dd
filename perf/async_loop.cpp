// SPDX-License-Identifier: MIT
// What asynchronous calls cost beside blocking ones: a receive of what is there, and a round trip over tcp through an
// engine attached to an io_context.
#include "common/in_turns.hpp"

#include <weft/asio.hpp>
#include <weft/asio_attachment.hpp>
#include <weft/engine.hpp>
#include <weft/pair.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace {

namespace asio = boost::asio;

constexpr std::size_t rounds = 11, batch = 100, batches = 100, trips = 2000;

/// Two sockets in one process; `a` sends what `b` receives.
struct couple {
  couple() {
    a.dial(b.listen("inproc://async-loop"));
    a.wait_for_peers(1);
    b.wait_for_peers(1);
  }
  void fill() {
    for (std::size_t i = 0; i != batch; ++i) a.send("m");
  }
  weft::engine home;
  weft::pair_socket a{home}, b{home};
};

double blocking_receive() {
  couple c;
  double spent = 0;
  for (std::size_t i = 0; i != batches; ++i) {
    c.fill();
    spent += perf::nanoseconds_each(batch, [&] { (void)c.b.receive(); });
  }
  return spent / batches;
}

double awaited_receive() {
  couple c;
  asio::io_context loop;
  double spent = 0;
  co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        for (std::size_t i = 0; i != batches; ++i) {
          c.fill();
          auto const begin = perf::steady::now();
          for (std::size_t n = 0; n != batch; ++n) (void)co_await weft::async_receive(c.b, asio::use_awaitable);
          spent += std::chrono::duration<double, std::nano>(perf::steady::now() - begin).count() / batch;
        }
      },
      asio::detached);
  loop.run();
  return spent / batches;
}

/// Sends back what comes, in a thread of its own, until it is closed.
struct echo {
  explicit echo(weft::idle how) : home({.idle = how}) {}
  ~echo() { socket.close(); }

  weft::engine home;
  weft::pair_socket socket{home};
  std::string const url = socket.listen("tcp://127.0.0.1:0");
  std::jthread answering{[this] {
    std::error_code why;
    while (!why) {
      auto m = socket.receive({}, why);
      if (!why) socket.send(m, {}, why);
    }
  }};
};

double blocking_trip() {
  echo far(weft::idle::block);
  weft::engine home({.idle = weft::idle::block});
  weft::pair_socket s(home);
  s.dial(far.url);
  s.wait_for_peers(1);
  return perf::nanoseconds_each(trips, [&] {
    s.send("m");
    (void)s.receive();
  });
}

double awaited_trip() {
  echo far(weft::idle::block);
  weft::engine home({.helper = false, .idle = weft::idle::block});
  weft::pair_socket s(home);
  s.dial(far.url);
  s.wait_for_peers(1);
  asio::io_context loop(1);
  double spent = 0;
  {
    weft::asio_attachment const attached(home, loop);
    co_spawn(
        loop,
        [&]() -> asio::awaitable<void> {
          auto const begin = perf::steady::now();
          for (std::size_t i = 0; i != trips; ++i) {
            co_await weft::async_send(s, weft::message("m"), asio::use_awaitable);
            (void)co_await weft::async_receive(s, asio::use_awaitable);
          }
          spent = std::chrono::duration<double, std::nano>(perf::steady::now() - begin).count() / trips;
          loop.stop();
        },
        asio::detached);
    loop.run();
  }
  return spent;
}

}  // namespace

int main() {
  auto const cost = perf::compete(rounds, {
                                              {"receive() of what is there", blocking_receive},
                                              {"co_await async_receive() of what is there", awaited_receive},
                                              {"tcp round trip, blocking calls", blocking_trip},
                                              {"tcp round trip, awaited in an attached io_context", awaited_trip},
                                          });
  std::printf("%-52s %8.1f ns\n", "async_receive() over receive()", cost[1] - cost[0]);
  std::printf("%-52s %8.2f times\n", "awaited round trip against blocking", cost[3] / cost[2]);
}
