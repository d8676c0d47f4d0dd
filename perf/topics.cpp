// SPDX-License-Identifier: MIT
// What subscriptions cost: to make, to match against, to end. On SUB itself, without a socket and a network around it.
#include "common/options.hpp"

#include <weft/ext/protocol.hpp>
#include <weft/sub.hpp>

#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace {

struct host final : weft::ext::protocol_host {
  weft::clock::time_point now() const noexcept override { return {}; }
  void wake_senders() noexcept override {}
  void wake_receivers(weft::ext::context&) noexcept override {}
  void arm(weft::ext::context&, weft::clock::time_point) noexcept override {}
  void disarm(weft::ext::context&) noexcept override {}
  void tend(bool) noexcept override {}
  void drop(weft::drop_reason, weft::direction, weft::ext::pipe const*, weft::message&&) noexcept override {
    ++dropped;
  }
  std::size_t dropped = 0;
};

struct nowhere final : weft::ext::connection {
  void start(std::shared_ptr<weft::ext::doorbell>) noexcept override {}
  bool progress(weft::ext::connection_events&) noexcept override { return false; }
  bool send(weft::message&&) noexcept override { return true; }
  void grant(unsigned) noexcept override {}
  void finish() noexcept override {}
  void close(std::error_code) noexcept override {}
  void flush() noexcept override {}
  std::string peer_address() const override { return "nowhere"; }
};

struct subscriber {
  subscriber() { protocol->attach(pipe); }
  ~subscriber() { protocol->detach(pipe); }

  weft::ext::topic_filter& filter() { return dynamic_cast<weft::ext::topic_filter&>(*context); }
  bool hear(std::string const& body) {
    pipe.deliver(weft::message(body));
    protocol->readable(pipe);
    return context->can_receive() && context->receive();
  }

  host bench;
  nowhere link;
  weft::ext::pipe pipe{weft::pipe_id{1}, link, 128};
  std::unique_ptr<weft::ext::protocol> protocol = weft::sub::make(bench, {});
  std::unique_ptr<weft::ext::context> context = protocol->open_context();
};

std::span<std::byte const> bytes(std::string const& s) { return std::as_bytes(std::span(s)); }

/// "region/17/sensor/4711/", as long as asked, and in no order.
std::vector<std::string> make_topics(perf::options const& o) {
  std::vector<std::string> all(o.count);
  for (std::size_t i = 0; i < o.count; ++i) {
    auto const n = i * 7919 % o.count;
    all[i] = "region/" + std::to_string(n % 97) + "/sensor/" + std::to_string(n) + '/';
    if (all[i].size() < o.size) all[i].resize(o.size, 'x');
  }
  return all;
}

std::size_t heap_size() {
  auto const all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

/// Nanoseconds for each of them.
template <class Work>
double time_each(std::vector<std::string> const& all, Work&& work) {
  auto const begin = std::chrono::steady_clock::now();
  for (auto const& t : all) work(t);
  std::chrono::duration<double, std::nano> const elapsed = std::chrono::steady_clock::now() - begin;
  return elapsed.count() / static_cast<double>(all.size());
}

void measure(perf::options const& o) {
  auto const all = make_topics(o);
  std::vector<std::string> near = all, far = all;
  for (auto& t : near) t.back() = '!';  // differs in the last byte
  for (auto& t : far) t.front() = '!';
  subscriber s;
  s.filter().subscribe({});
  double const everything = time_each(all, [&](auto& t) { s.hear(t); });
  s.filter().unsubscribe({});
  auto const heap = heap_size();
  double const subscribe = time_each(all, [&](auto& t) { s.filter().subscribe(bytes(t)); });
  double const memory = static_cast<double>(heap_size() - heap) / static_cast<double>(o.count);
  std::size_t heard = 0;
  double const hit = time_each(all, [&](auto& t) { heard += s.hear(t); });
  double const near_miss = time_each(near, [&](auto& t) { heard += s.hear(t); });
  double const miss = time_each(far, [&](auto& t) { heard += s.hear(t); });
  double const unsubscribe = time_each(all, [&](auto& t) { s.filter().unsubscribe(bytes(t)); });
  if (heard != o.count || s.bench.dropped != 2 * o.count) throw std::runtime_error("the filter is wrong");
  char const* const format =
      o.json ? "{\"tool\":\"topics\",\"count\":%zu,\"subscribe_ns\":%.0f,\"unsubscribe_ns\":%.0f,\"memory_bytes\":%.0f,"
               "\"without_ns\":%.0f,\"match_ns\":%.0f,\"near_miss_ns\":%.0f,\"miss_ns\":%.0f}\n"
             : "%zu topics: subscribe %.0f ns, unsubscribe %.0f ns, %.0f bytes each (context and socket)\n"
               "a message: %.0f ns with one topic for all; %.0f ns when it matches, %.0f ns when its end does not, "
               "%.0f ns when nothing does\n";
  std::printf(format, o.count, subscribe, unsubscribe, memory, everything, hit, near_miss, miss);
}

}  // namespace

int main(int argc, char** argv) {
  auto const o =
      perf::parse(argc, argv,
                  {.tool = "topics",
                   .about = "Measures subscriptions: <size> is a topic's least length, <count> how many there are.",
                   .what = perf::measures::topics,
                   .takes_url = false,
                   .idles = false});
  return perf::run(o, [&] { measure(o); });
}
