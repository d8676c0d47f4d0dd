// SPDX-License-Identifier: MIT
#include "table.hpp"

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

/// One number. Calls count themselves in before they look whether it is open, so that who closes it can wait for them.
struct alignas(64) slot {
  static constexpr std::uint32_t open = 1u << 31;

  std::atomic<std::uint32_t> state{0};  // open, and how many hold it
  socket* what = nullptr;               // written while it is not open and nobody holds it

  socket* hold() noexcept {
    if (state.fetch_add(1, std::memory_order_acquire) & open) return what;
    release();
    return nullptr;
  }
  void release() noexcept {
    if (state.fetch_sub(1, std::memory_order_acq_rel) == 1) state.notify_all();
  }
  /// \return whether it was open. It is held once more then.
  bool shut() noexcept {
    state.fetch_add(1, std::memory_order_acquire);
    if (state.fetch_and(~open, std::memory_order_acq_rel) & open) return true;
    release();
    return false;
  }
  void await_last() noexcept {
    for (auto n = state.load(std::memory_order_acquire); n != 0; n = state.load(std::memory_order_acquire))
      state.wait(n, std::memory_order_acquire);
  }
};

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
  s.state.fetch_or(slot::open, std::memory_order_release);
  return 0;
}

int remove(int number, clock::time_point since) {
  auto& r = all();
  if (!is_number(number)) return EBADF;
  auto& s = r.slots[static_cast<std::size_t>(number)];
  if (!s.shut()) return EBADF;
  std::unique_ptr<socket> const gone(s.what);
  (void)guarded([&] {
    gone->close(since);
    return 0;
  });
  s.release();
  s.await_last();
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
    : number_(number), socket_(is_number(number) ? all().slots[static_cast<std::size_t>(number)].hold() : nullptr) {}

held::~held() {
  if (socket_) all().slots[static_cast<std::size_t>(number_)].release();
}

}  // namespace weft::nanomsg
