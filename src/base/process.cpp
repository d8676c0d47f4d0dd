// SPDX-License-Identifier: MIT
#include "base/process.hpp"

#include <pthread.h>

#include <atomic>

namespace weft::base {

namespace {

std::atomic<unsigned> generation{0};

bool const registered = [] {
  ::pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
  return true;
}();

}  // namespace

unsigned process_generation() noexcept {
  (void)registered;
  return generation.load(std::memory_order_relaxed);
}

std::optional<ucred> peer_process(int fd) noexcept {
  int domain = 0;
  ucred who{};
  socklen_t domain_size = sizeof domain, who_size = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0 || domain != AF_UNIX) return {};
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) != 0) return {};
  return who;
}

}  // namespace weft::base
