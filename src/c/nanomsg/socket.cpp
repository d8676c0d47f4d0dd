// SPDX-License-Identifier: MIT
#include "socket.hpp"

#include "address.hpp"
#include "errors.hpp"
#include "table.hpp"

#include <weft/c/nanomsg/nn.h>
#include <weft/c/nanomsg/ws.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <string_view>

namespace weft::nanomsg {

namespace {

using std::chrono::milliseconds;

op_options within(std::atomic<int> const& milliseconds_left) {
  int const ms = milliseconds_left.load(std::memory_order_relaxed);
  if (ms < 0) return {.interruptible = true};
  return {.until = milliseconds(ms), .interruptible = true};
}

// Counters that are read now and then, and nothing else goes by.
void count(std::atomic<std::uint64_t>& messages, std::atomic<std::uint64_t>& bytes, std::size_t size) noexcept {
  messages.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
}

// Larger buffers than usual are the kernel's business, which finds the best size by itself as long as it is not told
// one.
void apply(settings const& s, tcp_options& o) {
  settings const unset;
  if (s.send_buffer < unset.send_buffer) o.send_buffer = static_cast<std::size_t>(s.send_buffer);
  if (s.receive_buffer < unset.receive_buffer) o.receive_buffer = static_cast<std::size_t>(s.receive_buffer);
}

websocket_frames frames(settings const& s) {
  return s.ws_type == NN_WS_MSG_TYPE_TEXT ? websocket_frames::text : websocket_frames::either;
}

pipe_priorities priorities(settings const& s) {
  return {.send = static_cast<unsigned>(s.send_priority), .receive = static_cast<unsigned>(s.receive_priority)};
}

/// Of what comes from elsewhere, as in nanomsg.
std::size_t limit(settings const& s, std::string_view url) {
  if (s.receive_max < 0 || url.starts_with("inproc:")) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(s.receive_max);
}

dial_options dialing(settings const& s, std::size_t max_message) {
  dial_options o;
  o.retry_min = milliseconds(s.reconnect_interval);
  o.retry_max = std::max(o.retry_min, clock::duration(milliseconds(s.reconnect_interval_max)));
  o.priorities = priorities(s);
  o.max_message = max_message;
  apply(s, o.tcp);
  o.websocket.frames = frames(s);
  return o;
}

listen_options listening(settings const& s, std::size_t max_message) {
  listen_options o;
  o.priorities = priorities(s);
  o.max_message = max_message;
  apply(s, o.tcp);
  o.websocket.frames = frames(s);
  return o;
}

}  // namespace

socket::socket(kind const& k, int number) : kind_(k) {
  settings_.domain = k.domain;
  settings_.protocol = k.protocol;
  settings_.name = std::to_string(number);
}

/// \return null once it is closed
any_socket* socket::opened() {
  if (auto* f = socket_.load(std::memory_order_acquire)) return f;
  std::lock_guard lock(mutex_);
  if (closed()) return nullptr;
  if (!owner_) owner_ = kind_.open(shared_engine(), settings_);
  socket_.store(owner_.get(), std::memory_order_release);
  return owner_.get();
}

int socket::send(message& m, op_options const& o) {
  if (!kind_.sends) return ENOTSUP;
  auto* const f = opened();
  if (!f) return EBADF;
  auto const size = m.size();
  std::error_code why;
  f->send(m, o, why);
  if (!why) count(messages_sent_, bytes_sent_, size);
  return number_of(why);
}

int socket::send(message& m, bool wait) {
  if (wait) return send(m, within(timeouts_.send));
  if (!kind_.sends) return ENOTSUP;
  auto* const f = opened();
  if (!f) return EBADF;
  auto const size = m.size();
  auto const why = f->try_send(m);
  if (!why) count(messages_sent_, bytes_sent_, size);
  return number_of(why);
}

int socket::receive(message& m, op_options const& o) {
  if (!kind_.receives) return ENOTSUP;
  auto* const f = opened();
  if (!f) return EBADF;
  std::error_code why;
  // Somebody sent the next request meanwhile: nanomsg waits on, for its reply.
  do {
    m = f->receive(o, why);
  } while (why == errc::canceled && !o.stop.stop_requested());
  if (!why) count(messages_received_, bytes_received_, m.size());
  return number_of(why);
}

int socket::receive(message& m, bool wait) {
  if (wait) return receive(m, within(timeouts_.receive));
  if (!kind_.receives) return ENOTSUP;
  auto* const f = opened();
  if (!f) return EBADF;
  auto got = f->try_receive();
  if (!got) return number_of(got.error());
  m = *std::move(got);
  count(messages_received_, bytes_received_, m.size());
  return 0;
}

int socket::add(char const* address, bool listens, int& id) {
  auto* const f = opened();
  if (!f) return EBADF;
  std::lock_guard lock(mutex_);
  if (closed()) return EBADF;
  bool const ipv4_only = settings_.ipv4_only != 0;
  auto const where = listens ? place_to_bind(address, ipv4_only) : place_to_connect(address, ipv4_only);
  if (where.error != 0) return where.error;
  endpoints_.push_back({where.url, settings_.send_priority, true});
  int const failed = guarded([&] {
    auto const most = limit(settings_, where.url);
    listens ? (void)f->listen(where.url, listening(settings_, most)) : f->dial(where.url, dialing(settings_, most));
    return 0;
  });
  if (failed != 0) {
    endpoints_.pop_back();
    if (listens) ++bind_errors_;
    return failed;
  }
  id = static_cast<int>(endpoints_.size());
  return 0;
}

int socket::bind(char const* address, int& id) { return add(address, true, id); }
int socket::connect(char const* address, int& id) { return add(address, false, id); }

int socket::shutdown(int id) {
  auto* const f = opened();
  if (!f) return EBADF;
  return id > 0 && f->hang_up(static_cast<std::size_t>(id) - 1) ? 0 : EINVAL;
}

int socket::fd(bool to_send, int& out) {
  if (to_send ? !kind_.sends : !kind_.receives) return ENOPROTOOPT;
  auto* const f = opened();
  if (!f) return EBADF;
  out = to_send ? f->send_fd() : f->receive_fd();
  return 0;
}

void socket::close(clock::time_point since) {
  int linger;
  {
    std::lock_guard lock(mutex_);
    closed_.store(true, std::memory_order_release);
    linger = settings_.linger;
  }
  closing_.request_stop();
  if (!owner_) return;
  auto const until = since + milliseconds(linger);
  owner_->close(linger < 0 ? clock::duration::max() : std::max(clock::duration{}, until - clock::now()));
}

}  // namespace weft::nanomsg
