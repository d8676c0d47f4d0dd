// SPDX-License-Identifier: MIT
#include <weft/c/engine.h>

#include "bag.hpp"
#include "home.hpp"

#include <pthread.h>

#include <mutex>
#include <new>

namespace weft::capi {

namespace {

struct default_engine {
  std::mutex mutex;
  std::uint64_t id = 0;
};

// Never destroyed: a program may leave sockets open when it exits.
default_engine& shared() {
  static default_engine& d = *new default_engine;
  return d;
}

// The child of a fork must not touch what the parent's threads may have locked: it gets an engine of its own.
void begin_anew() { new (&shared()) default_engine; }

std::uint64_t insert(std::shared_ptr<home> h) {
  auto e = std::make_unique<engine_entry>();
  e->it = std::move(h);
  return engines::insert(std::move(e));
}

std::uint64_t default_id() {
  auto& d = shared();
  std::lock_guard lock(d.mutex);
  if (d.id == 0) {
    static bool const told = ::pthread_atfork(nullptr, nullptr, begin_anew) == 0;
    (void)told;
    d.id = insert(std::make_shared<home>(settings()));
  }
  return d.id;
}

bool is_default(std::uint64_t id) {
  std::lock_guard lock(shared().mutex);
  return id == shared().id;
}

}  // namespace

std::shared_ptr<home> home_of(weft_engine e) { return engines::hold(e.id != 0 ? e.id : default_id())->it; }

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_engine_open(weft_options options, weft_engine* out) {
  return guarded([&] {
    auto& id = given(out).id;
    id = insert(std::make_shared<home>(with_options(options, area<weft::engine_options>())));
    return WEFT_OK;
  });
}

int weft_engine_close(weft_engine engine) {
  return guarded([&] {
    must(engine.id == 0 || !is_default(engine.id), "the default engine stays");
    (void)engines::take(engine.id);
    return WEFT_OK;
  });
}

int weft_engine_default(weft_engine* out) {
  return guarded([&] {
    given(out).id = default_id();
    return WEFT_OK;
  });
}

int weft_engine_poll(weft_engine engine, bool* moved) {
  return guarded([&] {
    auto const it = home_of(engine);
    if (!it->ours()) return WEFT_EFORKED;
    bool const any = it->engine.poll();
    if (moved) *moved = any;
    return WEFT_OK;
  });
}

int weft_engine_fd(weft_engine engine, int* out) {
  return guarded([&] {
    auto const it = home_of(engine);
    if (!it->ours()) return WEFT_EFORKED;
    given(out) = it->engine.fd();
    return WEFT_OK;
  });
}
}
