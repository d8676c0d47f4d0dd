// SPDX-License-Identifier: MIT
#include <weft/c/socket.h>

#include "bag.hpp"
#include "endpoint.hpp"
#include "errors.hpp"
#include "talk.hpp"

#include <utility>

// Sockets, contexts and endpoints come and go.
namespace weft::capi {

namespace {

int open(weft_engine e, int protocol, weft_options options, weft_socket* out) {
  auto& id = given(out).id;
  auto const* const k = find_kind(protocol);
  must(k, "no such protocol");
  constexpr areas of_all = area<socket_options>() | area<timeouts>() | area<watchers>();
  id = sockets::insert(socket::open(*k, home_of(e), with_options(options, of_all | k->own)));
  sockets::hold(id)->introduce();
  return WEFT_OK;
}

/// `Table`: dialers or listeners. `begin`: dials or listens.
template <class Table, class Begin>
int add(weft_socket socket, char const* url, weft_options options, areas of, std::uint64_t* out, Begin&& begin) {
  auto const s = sockets::hold(socket.id);
  auto chosen = with_options(options, of & ~area<endpoint_facts>());
  std::string where = &given(url);
  auto const number = begin(*s, where, chosen);
  if (!out) return WEFT_OK;
  std::get<endpoint_facts>(chosen).url = std::move(where);
  try {
    *out = Table::insert(std::make_unique<endpoint>(socket.id, number, std::move(chosen)));
  } catch (...) {
    s->hang_up(number);
    throw;
  }
  return WEFT_OK;
}

/// Of an endpoint whose socket was closed before there is nothing to end.
template <class Table>
int hang_up(std::uint64_t id) noexcept {
  return guarded([&] {
    auto const e = Table::take(id);
    return sockets::hold(e->socket)->hang_up(e->number) ? WEFT_OK : WEFT_ECLOSED;
  });
}

}  // namespace

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_socket_open(int protocol, weft_socket* out) { return weft_socket_open_with({}, protocol, {}, out); }

int weft_socket_open_with(weft_engine engine, int protocol, weft_options options, weft_socket* out) {
  return guarded([&] { return open(engine, protocol, options, out); });
}

int weft_socket_close(weft_socket socket, int linger, weft_close_report* report) {
  return guarded([&] {
    auto const time = duration_of(linger);
    auto const s = sockets::take(socket.id);
    auto const lost = s->close(time);
    if (report) *report = {lost.unconfirmed, lost.discarded};
    return s->engine->ours() ? WEFT_OK : WEFT_EFORKED;
  });
}

int weft_socket_dial(weft_socket socket, char const* url, weft_options options, weft_dialer* out) {
  return guarded([&] {
    return add<dialers>(socket, url, options, dialing, out ? &out->id : nullptr,
                        [](auto& s, std::string& where, settings const& o) { return s.dial(where, o); });
  });
}

int weft_socket_listen(weft_socket socket, char const* url, weft_options options, weft_listener* out) {
  return guarded([&] {
    return add<listeners>(socket, url, options, listening, out ? &out->id : nullptr,
                          [](auto& s, std::string& where, settings const& o) { return s.listen(where, o); });
  });
}

int weft_dialer_close(weft_dialer dialer) { return hang_up<dialers>(dialer.id); }
int weft_listener_close(weft_listener listener) { return hang_up<listeners>(listener.id); }

int weft_socket_local_url(weft_socket socket, char* out, size_t* size) {
  return guarded([&] { return copy_out(sockets::hold(socket.id)->local_url(), out, size); });
}

int weft_socket_peers(weft_socket socket, size_t* out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    given(out) = s->peers();
    return s->engine->ours() ? WEFT_OK : WEFT_EFORKED;
  });
}

int weft_socket_wait_for_peers(weft_socket socket, size_t n, int timeout) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    auto const time = duration_of(timeout);
    return s->wait_for_peers(n, timeout < 0 ? weft::op_options{} : weft::op_options{.until = time});
  });
}

int weft_socket_receive_fd(weft_socket socket, int* out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    given(out) = s->fd(false);
    return WEFT_OK;
  });
}

int weft_socket_send_fd(weft_socket socket, int* out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    given(out) = s->fd(true);
    return WEFT_OK;
  });
}

int weft_context_open(weft_socket socket, weft_options options, weft_context* out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    auto& id = given(out).id;
    auto const of = area<timeouts>() | (s->what.open ? s->what.own : 0);
    id = contexts::insert(s->open_context(with_options(options, of, s->chosen())));
    return WEFT_OK;
  });
}

int weft_context_close(weft_context context) {
  return guarded([&] {
    contexts::take(context.id)->close();
    return WEFT_OK;
  });
}
}
