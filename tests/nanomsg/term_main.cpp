// SPDX-License-Identifier: MIT
// nn_term() while threads send, receive, poll and open sockets. Prints how each of them ended.
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

std::atomic<int> at_work{0};

template <class Call>
void until_it_fails(std::atomic<int>& error, Call&& call) {
  ++at_work;
  while (call() >= 0) continue;
  error = nn_errno();
}

struct ends {
  std::atomic<int> sending{0}, receiving{0}, polling{0}, waiting{0}, opening{0};
};

}  // namespace

int main() {
  std::vector<ends> all(3);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < all.size(); ++i) {
    int const pull = nn_socket(AF_SP, NN_PULL), push = nn_socket(AF_SP, NN_PUSH), idle = nn_socket(AF_SP, NN_PAIR);
    int const none = 0;
    nn_setsockopt(push, NN_SOL_SOCKET, NN_LINGER, &none, sizeof none);
    std::string const url = i == 0   ? "inproc://term"
                            : i == 1 ? "tcp://127.0.0.1:25699"
                                     : "ipc:///tmp/weft-nanomsg-term";
    if (nn_bind(pull, url.c_str()) < 0 || nn_connect(push, url.c_str()) < 0) return 1;
    auto& e = all[i];
    threads.emplace_back([&e, push] { until_it_fails(e.sending, [=] { return nn_send(push, "load", 4, 0); }); });
    threads.emplace_back([&e, pull] {
      until_it_fails(e.receiving, [=] {
        char room[8];
        return nn_recv(pull, room, sizeof room, 0);
      });
    });
    threads.emplace_back([&e, idle] {
      until_it_fails(e.polling, [=] {
        nn_pollfd p{idle, NN_POLLIN, 0};
        return nn_poll(&p, 1, -1);
      });
    });
    threads.emplace_back([&e, idle] {
      until_it_fails(e.waiting, [=] {
        char c;
        return nn_recv(idle, &c, 1, 0);
      });
    });
    threads.emplace_back([&e] { until_it_fails(e.opening, [] { return nn_close(nn_socket(AF_SP, NN_PAIR)); }); });
  }
  while (at_work < static_cast<int>(threads.size())) std::this_thread::yield();
  nn_term();
  threads.clear();
  for (auto const& e : all)
    std::printf("%d %d %d %d %d\n", e.sending.load(), e.receiving.load(), e.polling.load(), e.waiting.load(),
                e.opening.load());
}
