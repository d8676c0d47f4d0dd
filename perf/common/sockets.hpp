// SPDX-License-Identifier: MIT
// What weft's measuring programs do with sockets.
#pragma once

#include "measure.hpp"
#include "options.hpp"

#include <weft/engine.hpp>
#include <weft/message.hpp>
#include <weft/monitor.hpp>
#include <weft/options.hpp>
#include <weft/pair.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace perf {

inline weft::engine make_engine(options const& o) {
  weft::engine_options settings;
  settings.idle = o.idle == "block" ? weft::idle::block : o.idle == "busy" ? weft::idle::busy : weft::idle::adaptive;
  return weft::engine(settings);
}

/// The sockets of a pattern: whoever begins (asks, sends) and whoever answers (or only receives).
template <class Begins, class Answers>
struct ends {
  using first = Begins;
  using second = Answers;
};

/// Calls `body` with the ends that the pattern's name stands for.
template <class Body>
void with_latency_ends(options const& o, Body&& body) {
  if (o.pattern == "reqrep") return body(ends<weft::req_socket, weft::rep_socket>{});
  body(ends<weft::pair_socket, weft::pair_socket>{});
}
template <class Body>
void with_throughput_ends(options const& o, Body&& body) {
  if (o.pattern == "pair") return body(ends<weft::pair_socket, weft::pair_socket>{});
  body(ends<weft::push_socket, weft::pull_socket>{});
}

/// Listens, and says where: the system may have chosen the port.
template <class Socket>
void listen(Socket& socket, options const& o) {
  std::fprintf(stderr, "listening at %s\n", socket.listen(o.url, {.tls = {.certificate_file = o.certificate}}).c_str());
}

/// Waits until the other end is there. \throws when it does not come, with the latest reason
template <class Socket>
void connect(Socket& socket, options const& o) {
  constexpr std::chrono::seconds patience{30};
  weft::monitor events{socket};
  socket.dial(o.url, {.tls = {.verify = false}});
  std::error_code why;
  socket.wait_for_peers(1, {.until = patience}, why);
  if (!why) return;
  std::string reason = why.message();
  while (auto const event = events.try_next()) {
    if (event->why) reason = event->why.message() + (event->detail.empty() ? "" : ": " + event->detail);
  }
  throw std::runtime_error("no peer at " + o.url + " (" + reason + ")");
}

/// Waits until the peer has what was sent. What is still in doubt then is no news: the peer has counted, and left.
template <class Socket>
void close(Socket& socket) {
  socket.close(std::chrono::minutes(1));
}

/// A message as an application would make it for each send. Beyond its first bytes it is left as it comes: filling a
/// large one would measure memcpy.
inline weft::message make_message(options const& o) {
  static constexpr std::array<std::byte, weft::message::inline_size> text{};
  auto const written = std::span(text).first(std::min(o.size, text.size()));
  if (o.size == written.size()) return weft::message(written);
  auto m = weft::message::uninitialized(o.size);
  std::ranges::copy(written, m.mutable_body().begin());
  return m;
}

template <class Socket>
weft::message receive(Socket& socket, options const& o) {
  auto m = socket.receive();
  check_size(m.size(), o);
  return m;
}

/// Sends every message back.
template <class Socket>
void echo(Socket& socket, options const& o) {
  for (std::size_t i = 0; i < o.warmup + o.count; ++i) socket.send(receive(socket, o));
}

/// One message goes back and forth.
template <class Socket>
void measure_round_trips(Socket& socket, options const& o) {
  auto m = make_message(o);
  auto const times = time_round_trips(o, [&] {
    socket.send(std::move(m));
    m = receive(socket, o);
  });
  report(o, *times);
}

template <class Socket>
void send_all(Socket& socket, options const& o) {
  for (std::size_t i = 0; i < o.warmup + o.count; ++i) socket.send(make_message(o));
}

template <class Socket>
void measure_receives(Socket& socket, options const& o) {
  report(o, time_receives(o, [&] { receive(socket, o); }));
}

}  // namespace perf
