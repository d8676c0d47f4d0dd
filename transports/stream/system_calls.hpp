// SPDX-License-Identifier: MIT
#pragma once

#include "stream/outbox.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>

// The two calls on the path of every message. In a process with threads libc makes them points where a thread may be
// cancelled, which costs each of them two atomic operations; neither may wait here, so neither is such a point.
namespace weft::stream {

inline ssize_t receive_now(int fd, void* to, std::size_t size) noexcept {
  return static_cast<ssize_t>(::syscall(SYS_recvfrom, fd, to, size, MSG_DONTWAIT, nullptr, nullptr));
}

inline ssize_t send_now(int fd, void const* from, std::size_t size) noexcept {
  return static_cast<ssize_t>(::syscall(SYS_sendto, fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL, nullptr, 0));
}

inline ssize_t send_now(int fd, batch& b) noexcept {
  if (b.count == 1) return send_now(fd, b.pieces[0].iov_base, b.pieces[0].iov_len);
  msghdr all{};
  all.msg_iov = b.pieces.data();
  all.msg_iovlen = b.count;
  return ::sendmsg(fd, &all, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace weft::stream
