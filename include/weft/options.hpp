// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

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
  /// In a call of a socket, a signal that the thread handles while it sleeps ends it with std::errc::interrupted.
  bool interruptible = false;
};

/// How hard a waiting thread looks before it sleeps.
enum class idle {
  block,     ///< sleeps at once: least CPU, a wake-up (10 to 20 us) on every message
  adaptive,  ///< yields and looks for some 20 us (200 after a short sleep), less after misses, then sleeps
  busy,      ///< never sleeps: least latency, a CPU each
};

struct engine_options {
  bool helper = true;  ///< one thread for connects, timers and stalled work; false: the calling threads do it all
  weft::idle idle = weft::idle::adaptive;
};

struct pipe_info;
struct monitor_event;

/// What every socket has, whatever its protocol.
struct socket_options {
  std::size_t max_message = std::size_t{1} << 30;  ///< bytes of body accepted; larger ones are refused to their sender
  unsigned receive_window = 128;                   ///< messages taken in ahead of receive(), for each peer; 1 to 65536
  unsigned channel_send_buffer = 16;               ///< messages a channel takes although no peer has room; 0 to 8192
  unsigned channel_receive_buffer = 16;            ///< messages a channel can still receive after close(); 0 to 8192
  bool best_effort = false;                        ///< a send that would wait drops its message instead, and counts it
  bool fail_without_peers = false;  ///< a send or receive that would wait while nobody is connected ends in no_peers
  /// Asked about every peer before it is attached: an error refuses it, and it is told which where the wire can carry
  /// that. On the engine's loop, under no lock: it may use this socket, but should not wait.
  std::function<std::error_code(pipe_info const&)> admit = {};
  /// Told of everything a monitor sees but drops, in order, one at a time. On the engine's loop, under no lock.
  std::function<void(monitor_event const&)> on_event = {};
};

/// Levels from 1 (first) to 16 (last): a pipe is sent to (received from) only while no pipe of a lower level is ready.
struct pipe_priorities {
  unsigned send = 8;
  unsigned receive = 8;
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

enum class tls_version { v1_2, v1_3 };

/// Whether who dials in must show a certificate. One that is shown must be good.
enum class client_certificate { none, optional, required };

/// For `tls+tcp://` and `wss://`. Files and texts are in PEM format; of a file and a text the text counts.
struct tls_options {
  /// Dialing: the listener must show a certificate that one of the authorities vouches for, and that is for its name.
  /// Without that, nobody knows whom one talks to.
  bool verify = true;
  /// Listening.
  client_certificate clients = client_certificate::none;

  /// Whom to believe: certificates of authorities. Where all three are empty, those of the system.
  std::string ca_file = {};
  std::string ca_directory = {};  ///< as `openssl rehash` keeps one
  std::string ca = {};
  /// Dialing: the name that the listener's certificate must be for, and that is asked for. Empty: the URL's host.
  std::string server_name = {};

  /// What to show: the own certificate first, then those between it and its authority. Listeners must have one.
  std::string certificate_file = {};
  std::string certificate = {};
  std::string key_file = {};  ///< empty like `key`: where the certificate is
  std::string key = {};
  std::string key_password = {};

  tls_version oldest = tls_version::v1_2;
  tls_version newest = tls_version::v1_3;
};

/// What messages are on a WebSocket. Text is bytes like others: who sends it makes it UTF-8, and nobody checks.
enum class websocket_frames {
  binary,  ///< sent as binary; a peer that sends text is refused
  either,  ///< sent as binary, and may come as text
  text,    ///< sent as text, for peers that know nothing else, and may come as either
};

/// For `ws://` and `wss://`.
struct websocket_options {
  /// Lines besides the usual ones in the HTTP request, or, listening, in the answer to one.
  std::vector<std::pair<std::string, std::string>> headers = {};
  websocket_frames frames = websocket_frames::binary;
};

struct dial_options {
  clock::duration timeout = std::chrono::seconds(5);  ///< for each attempt, handshake included
  clock::duration retry_min =
      std::chrono::milliseconds(50);  ///< pause after the first failure; doubled, with jitter, after each
  clock::duration retry_max = std::chrono::seconds(5);
  pipe_priorities priorities = {};
  std::optional<std::size_t> max_message = {};  ///< bytes of body accepted here, in place of the socket's limit
  tcp_options tcp = {};
  tls_options tls = {};
  websocket_options websocket = {};
};

struct listen_options {
  clock::duration handshake_timeout = std::chrono::seconds(10);  ///< a peer that is silent for so long is dropped
  unsigned max_half_open = 256;     ///< peers in handshake at one time; more wait until one had a tenth of that
  pipe_priorities priorities = {};  ///< of every peer that comes in here
  std::optional<std::size_t> max_message = {};  ///< bytes of body accepted here, in place of the socket's limit
  tcp_options tcp = {};
  tls_options tls = {};
  websocket_options websocket = {};
  /// A socket that listens already and becomes the listener's own: see passed_fds(). The URL then says what is spoken
  /// there. -1: none.
  int listening_fd = -1;
  unsigned ipc_permissions = 0600;  ///< of the socket's file, whatever the umask
};

}  // namespace weft
