// SPDX-License-Identifier: MIT
#include "table.hpp"

#include "../slot.hpp"
#include "errors.hpp"

#include <weft/c/nanomsg/nn.h>

#include <pthread.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

namespace weft::nanomsg {

namespace {

constexpr int most_sockets = 4096;

using slot = c::slot<socket>;

void let_go(slot& s) noexcept {
  if (s.release()) s.state.notify_all();
}
void await_last(slot const& s) noexcept {
  for (auto n = s.state.load(std::memory_order_acquire); n & slot::condemned;
       n = s.state.load(std::memory_order_acquire))
    s.state.wait(n, std::memory_order_acquire);
}
/// \return null when it is not open; otherwise it stays until it is let go
socket* hold(slot& s) noexcept {
  auto* const found = s.hold();
  if (!found) let_go(s);
  return found;
}

struct registry {
  std::array<slot, most_sockets> slots;
  std::mutex mutex;  // of what follows
  std::array<bool, most_sockets> taken{};
  int lowest = 0;  // no free number is below
  bool terminated = false;
  std::unique_ptr<engine> shared;
};

// Never destroyed: a program may leave sockets open when it exits.
registry& all() {
  static registry& r = *new registry;
  return r;
}

// The child of a fork must not touch what the parent's threads may have locked: it begins anew, and its old sockets are
// of no use to it.
void begin_anew() {
  auto& r = all();
  new (&r.mutex) std::mutex;
  (void)r.shared.release();
}

bool is_number(int n) noexcept { return n >= 0 && n < most_sockets; }

}  // namespace

engine& shared_engine() {
  auto& r = all();
  std::lock_guard lock(r.mutex);
  if (!r.shared) {
    static bool const told = ::pthread_atfork(nullptr, nullptr, begin_anew) == 0;
    (void)told;
    r.shared = std::make_unique<engine>();
  }
  return *r.shared;
}

int insert(kind const& k, int& number) {
  auto& r = all();
  std::lock_guard lock(r.mutex);
  if (r.terminated) return ETERM;
  while (r.lowest < most_sockets && r.taken[static_cast<std::size_t>(r.lowest)]) ++r.lowest;
  if (r.lowest == most_sockets) return EMFILE;
  auto& s = r.slots[static_cast<std::size_t>(r.lowest)];
  s.what = new socket(k, r.lowest);
  r.taken[static_cast<std::size_t>(r.lowest)] = true;
  number = r.lowest++;
  s.publish();
  return 0;
}

int remove(int number, clock::time_point since) {
  auto& r = all();
  if (!is_number(number)) return EBADF;
  auto& s = r.slots[static_cast<std::size_t>(number)];
  auto* const found = hold(s);
  if (!found) return EBADF;
  if (!s.shut()) return let_go(s), EBADF;
  std::unique_ptr<socket> const gone(found);
  (void)guarded([&] {
    gone->close(since);
    return 0;
  });
  let_go(s);
  await_last(s);
  std::lock_guard lock(r.mutex);
  r.taken[static_cast<std::size_t>(number)] = false;
  r.lowest = std::min(r.lowest, number);
  return 0;
}

void terminate() {
  auto& r = all();
  auto const since = clock::now();
  {
    std::lock_guard lock(r.mutex);
    r.terminated = true;
  }
  for (int n = 0; n < most_sockets; ++n) (void)remove(n, since);
}

bool is_terminated() {
  std::lock_guard lock(all().mutex);
  return all().terminated;
}

held::held(int number) noexcept
    : number_(number), socket_(is_number(number) ? hold(all().slots[static_cast<std::size_t>(number)]) : nullptr) {}

held::~held() {
  if (socket_) let_go(all().slots[static_cast<std::size_t>(number_)]);
}

}  // namespace weft::nanomsg
