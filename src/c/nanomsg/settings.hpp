// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include <atomic>
#include <cstddef>
#include <string>

namespace weft::nanomsg {

/// What the options of a socket say, in nanomsg's units. Under the socket's lock, but for the time-outs.
struct settings {
  int domain = 0;
  int protocol = 0;
  std::string name{};
  int linger = 1000;
  int send_buffer = 128 * 1024;
  int receive_buffer = 128 * 1024;
  int reconnect_interval = 100;
  int reconnect_interval_max = 0;
  int send_priority = 8;
  int receive_priority = 8;
  int ipv4_only = 1;
  int receive_max = 1024 * 1024;
  int ttl = 8;
  int resend_interval = 60'000;
  int survey_deadline = 1000;
  int tcp_nodelay = 0;
  int ws_type = 2;
  int ipc_security = 0;
  int ipc_out = 4096;
  int ipc_in = 4096;
};

struct timeouts {
  std::atomic<int> send{-1};
  std::atomic<int> receive{-1};
};

}  // namespace weft::nanomsg
