// SPDX-License-Identifier: MIT
#include "base/process.hpp"

#include <pthread.h>

namespace weft::base {

constinit std::atomic<unsigned> forks{0};

namespace {

[[maybe_unused]] bool const registered = [] {
  ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
  return true;
}();

}  // namespace

std::optional<ucred> peer_process(int fd) noexcept {
  int domain = 0;
  ucred who{};
  socklen_t domain_size = sizeof domain, who_size = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0 || domain != AF_UNIX) return {};
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) != 0) return {};
  return who;
}

}  // namespace weft::base
