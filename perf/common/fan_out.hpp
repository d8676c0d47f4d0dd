// SPDX-License-Identifier: MIT
// One publisher and many subscribers: the same work for weft and for the other libraries. Nothing of weft in here.
#pragma once

#include "measure.hpp"
#include "options.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

namespace perf {

/// The first byte of a message.
enum class mark : unsigned char { data, hello, end };

struct fanned_out {
  double per_second = 0;  // messages delivered, to all subscribers together
  double share = 0;       // of those that were sent to each
};

/// One subscriber, in its own thread.
struct listener {
  std::uint64_t received = 0;
  steady::time_point ended{};

  template <class Subscriber>
  void listen(Subscriber& from, options const& o, std::atomic<std::size_t>& greeted) {
    while (from.receive(o) != mark::hello) {}
    ++greeted;
    for (mark m; (m = from.receive(o)) != mark::end;) received += m == mark::data;
    ended = steady::now();
  }
};

/// Sends `m` every millisecond until `enough`: a publisher knows of nobody, and may drop any one message.
template <class Publisher, class Enough>
void repeat(Publisher& to, options const& o, mark m, Enough&& enough) {
  while (!enough()) {
    to.send(o, m);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// `to` are connected, and subscribed to everything. The clock runs until the last of them has heard of the end.
template <class Publisher, class Subscriber>
fanned_out fan_out(options const& o, Publisher& from, std::vector<Subscriber>& to) {
  std::atomic<std::size_t> greeted{0}, ended{0};
  std::vector<listener> listeners(to.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < to.size(); ++i)
    threads.push_back(other_end(o, [&, i] {
      listeners[i].listen(to[i], o, greeted);
      ++ended;
    }));
  repeat(from, o, mark::hello, [&] { return greeted == to.size(); });
  auto const begin = steady::now();
  for (std::size_t i = 0; i < o.count; ++i) from.send(o, mark::data);
  repeat(from, o, mark::end, [&] { return ended == to.size(); });
  threads.clear();
  std::uint64_t all = 0;
  auto end = begin;
  for (auto const& l : listeners) {
    all += l.received;
    end = std::max(end, l.ended);
  }
  auto const delivered = static_cast<double>(all);
  return {delivered / std::chrono::duration<double>(end - begin).count(),
          delivered / static_cast<double>(o.count * to.size())};
}

inline void report(options const& o, fanned_out const& f) {
  char const* const format = o.json ? ",\"subs\":%zu,\"msgs_per_s\":%.0f,\"share\":%.4f}\n"
                                    : "to %zu subscribers: %.0f messages/s delivered, %.4f of what was sent\n";
  if (o.json) std::fputs(json_head(o).c_str(), stdout);
  std::printf(format, o.subscribers, f.per_second, f.share);
}

}  // namespace perf
