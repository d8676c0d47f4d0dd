// SPDX-License-Identifier: MIT
#include "watch.hpp"

#include <weft/c/watch.h>

#include "bag.hpp"
#include "errors.hpp"
#include "talk.hpp"

#include <mutex>
#include <utility>
#include <variant>

namespace weft::capi {

namespace {

static_assert(static_cast<int>(monitor_event::warning) == WEFT_EVENT_WARNING);
static_assert(static_cast<int>(drop_reason::late) == WEFT_DROP_LATE && drop_reasons == WEFT_DROP_LATE + 1);
static_assert(static_cast<int>(statistic::type::boolean) == WEFT_BOOLEAN);
static_assert(static_cast<int>(statistic::unit::events) == WEFT_UNIT_EVENTS);

weft_pipe name_of_pipe(std::uint64_t socket, pipe_id p) noexcept { return {socket, static_cast<std::uint32_t>(p)}; }

/// As C sees it, for as long as `p` lives.
weft_peer peer_of(std::uint64_t socket, pipe_info const& p) noexcept {
  weft_peer it{};
  it.pipe = name_of_pipe(socket, p.id);
  it.url = p.url.c_str();
  it.address = p.peer.c_str();
  it.dialed = p.dialed;
  it.has_credentials = p.credentials.has_value();
  auto const who = p.credentials.value_or(peer_credentials{});
  it.uid = who.uid;
  it.gid = who.gid;
  it.pid = who.pid;
  it.has_tls = p.tls.has_value();
  it.tls_verified = p.tls && p.tls->verified;
  it.tls_subject = p.tls ? p.tls->subject.c_str() : "";
  return it;
}

weft_event event_of(std::uint64_t socket, monitor_event const& e) noexcept {
  weft_event it{};
  it.kind = static_cast<int>(e.what);
  it.pipe = name_of_pipe(socket, e.pipe);
  it.url = e.url.c_str();
  it.address = e.peer.c_str();
  it.why = code_of(e.why);
  it.detail = e.detail.c_str();
  it.unconfirmed = e.unconfirmed;
  return it;
}

statistic const* under(weft_statistic const* s) noexcept { return reinterpret_cast<statistic const*>(s); }
weft_statistic const* shown(statistic const* s) noexcept { return reinterpret_cast<weft_statistic const*>(s); }

}  // namespace

void watch(socket_options& o, watchers const& w, std::shared_ptr<audience> const& there) {
  if (w.on_event)
    o.on_event = [w, there](monitor_event const& e) {
      std::lock_guard lock(there->mutex);
      if (there->over) return;
      auto const it = event_of(there->socket, e);
      w.on_event(&it, w.event_arg);
    };
  if (w.on_attach)
    o.admit = [w, there](pipe_info const& p) {
      std::lock_guard lock(there->mutex);
      if (there->over) return make_error_code(errc::closed);
      auto const it = peer_of(there->socket, p);
      return error_of(w.on_attach(&it, w.attach_arg));
    };
}

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_options_on_event(weft_options options, void (*on_event)(weft_event const*, void*), void* arg) {
  return guarded([&] {
    bags::hold(options.id)->watch([&](watchers& w) {
      w.on_event = on_event;
      w.event_arg = arg;
    });
    return WEFT_OK;
  });
}

int weft_options_on_attach(weft_options options, int (*on_attach)(weft_peer const*, void*), void* arg) {
  return guarded([&] {
    bags::hold(options.id)->watch([&](watchers& w) {
      w.on_attach = on_attach;
      w.attach_arg = arg;
    });
    return WEFT_OK;
  });
}

int weft_pipe_peer(weft_pipe pipe, void (*tell)(weft_peer const*, void*), void* arg) {
  return guarded([&] {
    auto const s = sockets::hold(pipe.socket);
    must(tell, "a null function");
    auto const info = s->pipe(weft::pipe_id{pipe.number});
    if (!info) return s->engine->ours() ? WEFT_ENOPEERS : WEFT_EFORKED;
    auto const it = peer_of(pipe.socket, *info);
    tell(&it, arg);
    return WEFT_OK;
  });
}

int weft_socket_dropped(weft_socket socket, int direction, int reason, uint64_t* out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    must(direction == WEFT_OUTGOING || direction == WEFT_INCOMING, "no direction");
    must(reason >= 0 && reason <= WEFT_DROP_LATE, "no reason");
    auto& to = given(out);
    if (!s->engine->ours()) return WEFT_EFORKED;
    to = s->statistics().dropped.at(static_cast<weft::drop_reason>(reason), static_cast<weft::direction>(direction));
    return WEFT_OK;
  });
}

int weft_statistics_take(weft_socket socket, weft_statistic** out) {
  return guarded([&] {
    auto const s = sockets::hold(socket.id);
    auto& to = given(out);
    if (!s->engine->ours()) return WEFT_EFORKED;
    to = reinterpret_cast<weft_statistic*>(new weft::statistic(weft::as_tree(s->statistics())));
    return WEFT_OK;
  });
}

void weft_statistics_free(weft_statistic* root) { delete under(root); }

weft_statistic const* weft_statistic_at(weft_statistic const* scope, size_t index) {
  if (!scope || index >= under(scope)->children.size()) return nullptr;
  return shown(&under(scope)->children[index]);
}

weft_statistic const* weft_statistic_find(weft_statistic const* scope, char const* name) {
  return scope && name ? shown(under(scope)->find(name)) : nullptr;
}

char const* weft_statistic_name(weft_statistic const* s) { return s ? under(s)->name.c_str() : ""; }
int weft_statistic_kind(weft_statistic const* s) { return s ? static_cast<int>(under(s)->kind) : int{WEFT_SCOPE}; }
int weft_statistic_unit(weft_statistic const* s) {
  return s ? static_cast<int>(under(s)->measure) : int{WEFT_UNIT_NONE};
}

uint64_t weft_statistic_number(weft_statistic const* s) {
  if (!s) return 0;
  if (auto const* n = std::get_if<std::uint64_t>(&under(s)->value)) return *n;
  auto const* yes = std::get_if<bool>(&under(s)->value);
  return yes && *yes ? 1 : 0;
}

char const* weft_statistic_text(weft_statistic const* s) {
  auto const* text = s ? std::get_if<std::string>(&under(s)->value) : nullptr;
  return text ? text->c_str() : "";
}
}
