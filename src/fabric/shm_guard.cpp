// SPDX-License-Identifier: MIT
#include "fabric/shm_guard.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace weft::fabric {

namespace {

// A lock that was shut each time we looked is nobody's. The living hold it for microseconds, or as long as they are
// kept from running in between.
constexpr int look_again_after = 2;  // ms
constexpr int looks = 100;

int open_process(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

}  // namespace

std::unique_ptr<shm_guard> shm_guard::make(std::string_view address) {
  auto own = shm_region::open(address);
  if (!own || own->owner() != ::getpid()) return {};
  std::unique_ptr<shm_guard> g(new shm_guard(*std::move(own)));
  if (!g->bell_) return {};
  return g;
}

shm_guard::shm_guard(shm_region own) : own_(std::move(own)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

shm_guard::~shm_guard() {
  stop_.store(true, std::memory_order_relaxed);
  stir();
  if (thread_.joinable()) thread_.join();
}

void shm_guard::meet(fi_addr_t to, std::string_view address) {
  auto region = shm_region::open(address);
  if (!region) return;
  std::shared_ptr<peer> const p(new peer{std::string(address), *std::move(region), {}});
  bool const watched = p->region.owner() != ::getpid();
  if (watched) {
    p->process.reset(open_process(p->region.owner()));
    // It may have died by now; then it is found dead at once.
    if (!p->process && errno == ESRCH) p->process.reset(::eventfd(1, EFD_CLOEXEC));
  }
  std::lock_guard lock(mutex_);
  peers_.insert_or_assign(to, p);
  if (!watched) return;
  if (thread_.joinable()) return stir();
  // No signal handler of the application's runs on it.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { watch(); });
    ::pthread_setname_np(thread_.native_handle(), "weft-shm");
  } catch (std::system_error const&) {
    // No more threads: the next peer tries again.
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void shm_guard::forget(fi_addr_t to) noexcept {
  std::lock_guard lock(mutex_);
  peers_.erase(to);
}

void shm_guard::end_sends(fi_addr_t to) noexcept {
  std::lock_guard lock(mutex_);
  auto const it = peers_.find(to);
  if (it == peers_.end()) return;
  if (auto const& p = *it->second; p.dead || !p.region.has_name()) own_.end_sends(p.address);
}

void shm_guard::stir() noexcept {
  std::uint64_t const once = 1;
  [[maybe_unused]] auto const written = ::write(bell_.get(), &once, sizeof once);
}

std::vector<std::shared_ptr<shm_guard::peer>> shm_guard::living() {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<peer>> found;
  for (auto const& [to, p] : peers_)
    if (p->process) found.push_back(p);
  return found;
}

void shm_guard::watch() noexcept {
  while (!stop_.load(std::memory_order_relaxed)) {
    auto const watched = living();
    std::vector<pollfd> all{{.fd = bell_.get(), .events = POLLIN, .revents = 0}};
    for (auto const& p : watched) all.push_back({.fd = p->process.get(), .events = POLLIN, .revents = 0});
    ::poll(all.data(), all.size(), -1);
    std::uint64_t rings;
    [[maybe_unused]] auto const emptied = ::read(bell_.get(), &rings, sizeof rings);
    for (std::size_t i = 0; i != watched.size(); ++i)
      if (all[i + 1].revents) bury(*watched[i]);
  }
}

void shm_guard::bury(peer& p) noexcept {
  // Whoever spins on the dead one's lock wants to send to it; who spins on ours, to receive from anybody.
  open_lock(p.region);
  open_lock(own_);
  p.region.remove_name();  // 4 MB of memory that nobody else would ever give back
  std::lock_guard lock(mutex_);
  p.dead = true;
  p.process.reset();
}

void shm_guard::open_lock(shm_region& r) noexcept {
  for (int i = 0; i != looks; ++i) {
    if (!r.is_locked()) return;
    ::poll(nullptr, 0, look_again_after);
  }
  r.unlock();
}

}  // namespace weft::fabric
