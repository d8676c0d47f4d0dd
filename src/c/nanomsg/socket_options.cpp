// SPDX-License-Identifier: MIT
#include "socket.hpp"

#include <weft/c/nanomsg/ipc.h>
#include <weft/c/nanomsg/nn.h>
#include <weft/c/nanomsg/pubsub.h>
#include <weft/c/nanomsg/reqrep.h>
#include <weft/c/nanomsg/survey.h>
#include <weft/c/nanomsg/tcp.h>
#include <weft/c/nanomsg/ws.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

// nn_setsockopt() and nn_getsockopt(): one table of what is a number, and the few that are not.
namespace weft::nanomsg {

namespace {

constexpr int any = std::numeric_limits<int>::max();
constexpr int none = std::numeric_limits<int>::min();
constexpr std::size_t longest_name = 63;

struct row {
  int level;
  int option;
  int settings::*where;
  int least;
  int most;
};

constexpr row rows[] = {
    {NN_SOL_SOCKET, NN_LINGER, &settings::linger, none, any},
    {NN_SOL_SOCKET, NN_SNDBUF, &settings::send_buffer, 1, any},
    {NN_SOL_SOCKET, NN_RCVBUF, &settings::receive_buffer, 1, any},
    {NN_SOL_SOCKET, NN_RECONNECT_IVL, &settings::reconnect_interval, 0, any},
    {NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, &settings::reconnect_interval_max, 0, any},
    {NN_SOL_SOCKET, NN_SNDPRIO, &settings::send_priority, 1, 16},
    {NN_SOL_SOCKET, NN_RCVPRIO, &settings::receive_priority, 1, 16},
    {NN_SOL_SOCKET, NN_IPV4ONLY, &settings::ipv4_only, 0, 1},
    {NN_SOL_SOCKET, NN_RCVMAXSIZE, &settings::receive_max, -1, any},
    {NN_SOL_SOCKET, NN_MAXTTL, &settings::ttl, 1, 255},
    {NN_TCP, NN_TCP_NODELAY, &settings::tcp_nodelay, 0, 1},
    {NN_WS, NN_WS_MSG_TYPE, &settings::ws_type, NN_WS_MSG_TYPE_TEXT, NN_WS_MSG_TYPE_BINARY},
    {NN_IPC, NN_IPC_SEC_ATTR, &settings::ipc_security, none, any},
    {NN_IPC, NN_IPC_OUTBUFSZ, &settings::ipc_out, none, any},
    {NN_IPC, NN_IPC_INBUFSZ, &settings::ipc_in, none, any},
    {NN_REQ, NN_REQ_RESEND_IVL, &settings::resend_interval, none, any},
    {NN_SURVEYOR, NN_SURVEYOR_DEADLINE, &settings::survey_deadline, none, any},
};

/// Options of a protocol are there in its own sockets only, and not in raw ones.
row const* find(int level, int option, settings const& s) noexcept {
  if (level > NN_SOL_SOCKET && (level != s.protocol || s.domain != AF_SP)) return nullptr;
  auto const it = std::ranges::find_if(rows, [&](row const& r) { return r.level == level && r.option == option; });
  return it == std::end(rows) ? nullptr : &*it;
}

/// Copies as much as there is room for, and says how much there is.
int put(void const* from, std::size_t size, void* value, std::size_t& room) noexcept {
  if (value) std::memcpy(value, from, std::min(size, room));
  room = size;
  return 0;
}
int put(int number, void* value, std::size_t& room) noexcept { return put(&number, sizeof number, value, room); }

}  // namespace

int socket::set_topic(int option, void const* value, std::size_t size) {
  auto* const f = opened();
  if (!f) return EBADF;
  std::string_view const prefix(static_cast<char const*>(value), size);
  if (option == NN_SUB_SUBSCRIBE)
    f->subscribe(prefix);
  else
    f->unsubscribe(prefix);
  return 0;
}

int socket::set(int level, int option, void const* value, std::size_t size) {
  if (!value && size > 0) return EFAULT;
  if (level == NN_SUB && settings_.protocol == NN_SUB && (option == NN_SUB_SUBSCRIBE || option == NN_SUB_UNSUBSCRIBE))
    return set_topic(option, value, size);
  if (level == NN_SOL_SOCKET && option == NN_SOCKET_NAME) {
    if (size > longest_name) return EINVAL;
    std::lock_guard lock(mutex_);
    settings_.name.assign(static_cast<char const*>(value), size);
    return 0;
  }
  auto const* const r = find(level, option, settings_);
  if (!r && level != NN_SOL_SOCKET) return ENOPROTOOPT;
  if (size != sizeof(int)) return EINVAL;
  int number;
  std::memcpy(&number, value, sizeof number);
  if (level == NN_SOL_SOCKET && (option == NN_SNDTIMEO || option == NN_RCVTIMEO)) {
    (option == NN_SNDTIMEO ? timeouts_.send : timeouts_.receive).store(number, std::memory_order_relaxed);
    return 0;
  }
  if (!r) return ENOPROTOOPT;
  if (number < r->least || number > r->most) return EINVAL;
  std::lock_guard lock(mutex_);
  settings_.*(r->where) = number;
  if (auto* const s = socket_.load(std::memory_order_acquire)) kind_.adjust(*s, settings_);
  return 0;
}

int socket::get(int level, int option, void* value, std::size_t& size) {
  if (!value && size > 0) return EFAULT;
  if (level == NN_SOL_SOCKET) {
    switch (option) {
      case NN_SNDTIMEO:
        return put(timeouts_.send.load(std::memory_order_relaxed), value, size);
      case NN_RCVTIMEO:
        return put(timeouts_.receive.load(std::memory_order_relaxed), value, size);
      case NN_DOMAIN:
        return put(settings_.domain, value, size);
      case NN_PROTOCOL:
        return put(settings_.protocol, value, size);
      case NN_SOCKET_NAME: {
        std::lock_guard lock(mutex_);
        return put(settings_.name.data(), settings_.name.size(), value, size);
      }
      case NN_SNDFD:
      case NN_RCVFD: {
        int number = -1;
        int const failed = fd(option == NN_SNDFD, number);
        return failed != 0 ? failed : put(number, value, size);
      }
      default:
        break;
    }
  }
  auto const* const r = find(level, option, settings_);
  if (!r) return ENOPROTOOPT;
  std::lock_guard lock(mutex_);
  return put(settings_.*(r->where), value, size);
}

}  // namespace weft::nanomsg
