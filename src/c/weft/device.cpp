// SPDX-License-Identifier: MIT
#include <weft/device.hpp>

#include "errors.hpp"
#include "talk.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace weft::capi {

namespace {

struct carrier : identified {
  carrier(socket& a, socket& b, weft::device d)
      : engine(a.engine),
        it(new weft::device(std::move(d))),
        with_a(a.closing(), [this] { it->stop(); }),
        with_b(b.closing(), [this] { it->stop(); }) {}
  ~carrier() {
    if (!engine->ours()) (void)it.release();  // in a fork nothing moves, and there is nothing to wait for
  }

  std::shared_ptr<home> engine;
  std::unique_ptr<weft::device> it;
  // It may have nothing to do with one of them for long.
  std::stop_callback<std::function<void()>> with_a;
  std::stop_callback<std::function<void()>> with_b;
};
using carriers = table<carrier, kind_of_id::device>;

std::unique_ptr<carrier> between(weft_socket first, weft_socket second) {
  auto const a = sockets::hold(first.id);
  auto const b = second.id != 0 ? sockets::hold(second.id) : a;
  must(a->what.raw && b->what.raw, "a device needs raw sockets");
  must(a->what.self == b->what.peer, "the sockets are not each other's peers");
  must(a->engine == b->engine, "the sockets belong to different engines");
  must(first.id != second.id, "one socket twice: an id of 0 stands for that");
  if (!a->engine->ours()) throw refusal(WEFT_EFORKED, "");
  if (second.id == 0) return std::make_unique<carrier>(*a, *b, weft::device(a->share()));
  bool const forth = a->what.receives && b->what.sends, back = b->what.receives && a->what.sends;
  return std::make_unique<carrier>(*a, *b, weft::device(a->share(), forth, b->share(), back));
}

int wait(carrier& c, int timeout) {
  auto const time = duration_of(timeout);
  if (!c.engine->ours()) return WEFT_EFORKED;
  return code_of(c.it->wait(timeout < 0 ? op_options{} : op_options{.until = time}));
}

}  // namespace

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_device_open(weft_socket a, weft_socket b, weft_device* out) {
  return guarded([&] {
    auto& id = given(out).id;
    id = carriers::insert(between(a, b));
    return WEFT_OK;
  });
}

int weft_device_wait(weft_device device, int timeout) {
  return guarded([&] { return wait(*carriers::hold(device.id), timeout); });
}

int weft_device_carried(weft_device device, uint64_t* out) {
  return guarded([&] {
    auto const c = carriers::hold(device.id);
    given(out) = c->it->carried();
    return WEFT_OK;
  });
}

int weft_device_close(weft_device device) {
  return guarded([&] {
    auto const c = carriers::take(device.id);
    if (!c->engine->ours()) return WEFT_EFORKED;
    c->it->stop();
    return WEFT_OK;
  });
}

int weft_device_run(weft_socket a, weft_socket b) {
  return guarded([&] { return wait(*between(a, b), WEFT_FOREVER); });
}
}
