// SPDX-License-Identifier: MIT
#include "socket.hpp"

#include <weft/c/nanomsg/nn.h>

#include <algorithm>
#include <cerrno>

namespace weft::nanomsg {

namespace {

/// Over the endpoints that listen, or those that dial.
std::uint64_t sum(socket_statistics const& s, bool listens, std::uint64_t endpoint_statistics::*what) {
  std::uint64_t n = 0;
  for (auto const& e : s.endpoints)
    if (e.listens == listens) n += e.*what;
  return n;
}

bool has_peer(socket_statistics const& s, endpoint_statistics const& e) {
  return std::ranges::any_of(s.pipes, [&](pipe_statistics const& p) { return p.info.url == e.url; });
}

/// Endpoints that dial and have nobody at the other end.
std::uint64_t alone(socket_statistics const& s, bool failed_before) {
  return static_cast<std::uint64_t>(std::ranges::count_if(s.endpoints, [&](endpoint_statistics const& e) {
    return !e.listens && !has_peer(s, e) && (!failed_before || e.refused + e.rejected > 0);
  }));
}

}  // namespace

std::uint64_t socket::sum_up(int which) {
  any_socket const* const f = socket_.load(std::memory_order_acquire);
  if (!f) return 0;
  auto const s = f->statistics();
  switch (which) {
    case NN_STAT_ESTABLISHED_CONNECTIONS:
      return sum(s, false, &endpoint_statistics::connected);
    case NN_STAT_ACCEPTED_CONNECTIONS:
      return sum(s, true, &endpoint_statistics::connected);
    case NN_STAT_DROPPED_CONNECTIONS:
      return sum(s, false, &endpoint_statistics::rejected);
    case NN_STAT_BROKEN_CONNECTIONS:
      return sum(s, false, &endpoint_statistics::lost) + sum(s, true, &endpoint_statistics::lost);
    case NN_STAT_CONNECT_ERRORS:
      return sum(s, false, &endpoint_statistics::refused);
    case NN_STAT_ACCEPT_ERRORS:
      return sum(s, true, &endpoint_statistics::rejected);
    case NN_STAT_CURRENT_CONNECTIONS:
      return f->peers();
    case NN_STAT_INPROGRESS_CONNECTIONS:
      return alone(s, false);
    case NN_STAT_CURRENT_EP_ERRORS:
      return alone(s, true);
    default:
      break;
  }
  int best = 0;  // NN_STAT_CURRENT_SND_PRIORITY
  for (auto const& p : s.pipes)
    for (auto const& e : endpoints_)
      if (e.url == p.info.url && (best == 0 || e.send_priority < best)) best = e.send_priority;
  return static_cast<std::uint64_t>(best);
}

int socket::statistic(int which, std::uint64_t& out) {
  switch (which) {
    case NN_STAT_MESSAGES_SENT:
      out = messages_sent_.load(std::memory_order_relaxed);
      return 0;
    case NN_STAT_BYTES_SENT:
      out = bytes_sent_.load(std::memory_order_relaxed);
      return 0;
    case NN_STAT_MESSAGES_RECEIVED:
      out = messages_received_.load(std::memory_order_relaxed);
      return 0;
    case NN_STAT_BYTES_RECEIVED:
      out = bytes_received_.load(std::memory_order_relaxed);
      return 0;
    default:
      break;
  }
  bool const known = (which >= NN_STAT_ESTABLISHED_CONNECTIONS && which <= NN_STAT_ACCEPT_ERRORS) ||
                     (which >= NN_STAT_CURRENT_CONNECTIONS && which <= NN_STAT_CURRENT_EP_ERRORS) ||
                     which == NN_STAT_CURRENT_SND_PRIORITY;
  if (!known) return EINVAL;
  std::lock_guard lock(mutex_);
  out = which == NN_STAT_BIND_ERRORS ? bind_errors_ : sum_up(which);
  return 0;
}

}  // namespace weft::nanomsg
