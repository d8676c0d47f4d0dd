// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <optional>

namespace weft::base {

/// How often this process is a fork of a fork... Threads, locks and descriptors of an engine do not survive
/// fork(), so an engine remembers the number it was made under. Cost: one load; no getpid().
inline unsigned process_generation() noexcept {
  extern std::atomic<unsigned> forks;
  return forks.load(std::memory_order_relaxed);
}

/// Who is at the other end of a Unix-domain socket, as the kernel noted it when the two were connected; nothing for any
/// other descriptor.
std::optional<ucred> peer_process(int fd) noexcept;

}  // namespace weft::base
