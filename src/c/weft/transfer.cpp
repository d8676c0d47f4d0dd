// SPDX-License-Identifier: MIT
#include <weft/c/socket.h>

#include "errors.hpp"
#include "message.hpp"
#include "talk.hpp"

#include <cstring>
#include <memory>

// Messages go and come while the caller waits.
namespace weft::capi {

namespace {

std::uint64_t home_of_messages(socket const& s) noexcept { return s.id; }
std::uint64_t home_of_messages(context const& c) noexcept { return c.socket; }

/// `go` has taken the message when it returns WEFT_OK.
template <class Go>
int send(weft_message* m, Go&& go) {
  int const code = go(given(m).it);
  if (code == WEFT_OK) delete m;
  return code;
}

/// `come` fills the message that it is given.
template <class Come>
int receive(weft_message** out, std::uint64_t socket, Come&& come) {
  given(out);
  // Made first: what was received must not be lost for want of memory.
  std::unique_ptr<weft_message> m(wrap({}, socket));
  int const code = come(m->it);
  if (code == WEFT_OK) *out = m.release();
  return code;
}

/// `Table`: sockets or contexts.
template <class Table>
int send(std::uint64_t id, weft_message* m, int flags) noexcept {
  return guarded([&] {
    auto const t = Table::hold(id);
    return send(m, [&](message& it) { return t->send(it, flags); });
  });
}

template <class Table>
int receive(std::uint64_t id, weft_message** out, int flags) noexcept {
  return guarded([&] {
    auto const t = Table::hold(id);
    return receive(out, home_of_messages(*t), [&](message& it) { return t->receive(it, flags); });
  });
}

template <class Table>
int send_bytes(std::uint64_t id, void const* data, std::size_t size, int flags) noexcept {
  return guarded([&] {
    auto const t = Table::hold(id);
    message m(bytes(data, size));
    return t->send(m, flags);
  });
}

template <class Table>
int receive_bytes(std::uint64_t id, void* out, std::size_t* size, int flags) noexcept {
  return guarded([&] {
    auto const t = Table::hold(id);
    auto const room = given(size);
    must(out || room == 0, "a null pointer");
    message m;
    int const code = t->receive(m, flags);
    if (code != WEFT_OK) return code;
    *size = m.size();
    if (m.size() > room) {
      t->give_back(std::move(m));
      return int{WEFT_ENOSPACE};
    }
    if (!m.empty()) std::memcpy(out, m.body().data(), m.size());
    return int{WEFT_OK};
  });
}

template <class Table>
int subscribe(std::uint64_t id, void const* prefix, std::size_t size, bool on) noexcept {
  return guarded([&] {
    auto const t = Table::hold(id);
    auto const wanted = bytes(prefix, size);
    return t->subscribe({reinterpret_cast<char const*>(wanted.data()), wanted.size()}, on);
  });
}

}  // namespace

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_socket_send(weft_socket socket, weft_message* m, int flags) { return send<sockets>(socket.id, m, flags); }
int weft_context_send(weft_context context, weft_message* m, int flags) { return send<contexts>(context.id, m, flags); }

int weft_socket_receive(weft_socket socket, weft_message** out, int flags) {
  return receive<sockets>(socket.id, out, flags);
}
int weft_context_receive(weft_context context, weft_message** out, int flags) {
  return receive<contexts>(context.id, out, flags);
}

int weft_socket_send_bytes(weft_socket socket, void const* data, size_t size, int flags) {
  return send_bytes<sockets>(socket.id, data, size, flags);
}
int weft_context_send_bytes(weft_context context, void const* data, size_t size, int flags) {
  return send_bytes<contexts>(context.id, data, size, flags);
}

int weft_socket_receive_bytes(weft_socket socket, void* out, size_t* size, int flags) {
  return receive_bytes<sockets>(socket.id, out, size, flags);
}
int weft_context_receive_bytes(weft_context context, void* out, size_t* size, int flags) {
  return receive_bytes<contexts>(context.id, out, size, flags);
}

int weft_socket_send_to(weft_socket socket, weft_pipe pipe, weft_message* message) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    must(pipe.socket == socket.id, "a pipe of another socket");
    return send(message, [&](weft::message& it) { return s->send_to(weft::pipe_id{pipe.number}, it); });
  });
}

int weft_socket_receive_request(weft_socket socket, weft_message** out, int flags) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    return receive(out, s->id, [&](weft::message& it) { return s->receive_request(it, flags); });
  });
}

int weft_socket_reply(weft_socket socket, weft_message const* request, weft_message* reply, int flags) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    must(&given(request) != &given(reply), "a request is not its own reply");
    must(request->socket == socket.id, "no request of this socket");
    return send(reply, [&](weft::message& it) {
      it = reply_to(request->it, std::move(it));
      int const code = s->reply(it, flags);
      if (code != WEFT_OK) it.header().clear();
      return code;
    });
  });
}

int weft_socket_subscribe(weft_socket socket, void const* prefix, size_t size) {
  return subscribe<sockets>(socket.id, prefix, size, true);
}
int weft_socket_unsubscribe(weft_socket socket, void const* prefix, size_t size) {
  return subscribe<sockets>(socket.id, prefix, size, false);
}
int weft_context_subscribe(weft_context context, void const* prefix, size_t size) {
  return subscribe<contexts>(context.id, prefix, size, true);
}
int weft_context_unsubscribe(weft_context context, void const* prefix, size_t size) {
  return subscribe<contexts>(context.id, prefix, size, false);
}
}
