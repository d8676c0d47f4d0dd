// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace weft {

using clock = std::chrono::steady_clock;

/// When to stop waiting: a point in time, or so long from now. By default never.
class deadline {
 public:
  constexpr deadline() noexcept = default;
  constexpr deadline(clock::time_point when) noexcept : when_(when) {}
  template <class Rep, class Period>
  deadline(std::chrono::duration<Rep, Period> from_now) noexcept : when_(after(from_now)) {}

  constexpr clock::time_point when() const noexcept { return when_; }
  constexpr bool never() const noexcept { return when_ == clock::time_point::max(); }

 private:
  // Saturates: a year that does not fit is for ever, and no sum may overflow.
  template <class Rep, class Period>
  static clock::time_point after(std::chrono::duration<Rep, Period> d) noexcept {
    auto const now = clock::now();
    if (std::chrono::duration<double>(d) >= std::chrono::duration<double>(clock::time_point::max() - now))
      return clock::time_point::max();
    return now + std::chrono::duration_cast<clock::duration>(d);
  }

  clock::time_point when_ = clock::time_point::max();
};

/// Per-call: when to give up. The stop is looked at first, so a send that was stopped never transmits.
struct op_options {
  std::stop_token stop = {};  ///< ends the call with errc::canceled
  deadline until = {};        ///< ends the call with errc::timed_out
};

/// How hard a waiting thread looks before it sleeps.
enum class idle {
  block,     ///< sleeps at once: least CPU, a wake-up (10 to 20 us) on every message
  adaptive,  ///< yields and looks for some 20 us, less after misses, then sleeps
  busy,      ///< never sleeps: least latency, a CPU each
};

struct engine_options {
  bool helper = true;  ///< one thread for connects, timers and stalled work; false: the calling threads do it all
  weft::idle idle = weft::idle::adaptive;
};

/// What every socket has, whatever its protocol.
struct socket_options {
  std::size_t max_message = std::size_t{1} << 30;  ///< bytes of body accepted; larger ones are refused to their sender
  unsigned receive_window = 128;                   ///< messages taken in ahead of receive(), for each peer; 1 to 65536
};

/// What the system is asked for on each TCP connection. Zero, and empty: as the system has it.
struct tcp_options {
  bool nodelay = true;                      ///< small messages are sent at once
  bool keepalive = false;                   ///< asks a silent peer now and then whether it is still there
  clock::duration keepalive_idle = {};      ///< silence before the first question; whole seconds
  clock::duration keepalive_interval = {};  ///< between two questions; whole seconds
  unsigned keepalive_count = 0;             ///< unanswered questions before the peer counts as gone
  clock::duration user_timeout = {};  ///< how long sent bytes may stay unacknowledged before the peer counts as gone
  std::size_t send_buffer = 0;        ///< bytes in the kernel
  std::size_t receive_buffer = 0;
  std::optional<std::uint8_t> tos = {};  ///< type of service, for IPv6 the traffic class
  std::string device = {};               ///< the only network interface to use: "eth0"
};

struct dial_options {
  clock::duration timeout = std::chrono::seconds(5);  ///< for each attempt, handshake included
  clock::duration retry_min =
      std::chrono::milliseconds(50);  ///< pause after the first failure; doubled, with jitter, after each
  clock::duration retry_max = std::chrono::seconds(5);
  tcp_options tcp = {};
};

struct listen_options {
  clock::duration handshake_timeout = std::chrono::seconds(5);  ///< a peer that is silent for so long is dropped
  unsigned max_half_open = 256;  ///< peers in handshake at one time; more wait in the backlog
  tcp_options tcp = {};
  unsigned ipc_permissions = 0600;  ///< of the socket's file, whatever the umask
};

}  // namespace weft
