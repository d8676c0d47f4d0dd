// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include <cstddef>

namespace weft::policy {

/// How many messages wait in a protocol for pipes to have room. While there are any, the socket has to move though
/// nobody is in a call on it. Thread safety: none; guarded by the socket's lock.
class backlog {
 public:
  explicit backlog(ext::protocol_host& host) noexcept : host_(host) {}

  void add() noexcept {
    if (size_++ == 0) host_.tend(true);
  }
  void remove() noexcept {
    if (--size_ == 0) host_.tend(false);
  }
  std::size_t size() const noexcept { return size_; }
  ext::protocol_host& host() const noexcept { return host_; }

 private:
  ext::protocol_host& host_;
  std::size_t size_ = 0;
};

}  // namespace weft::policy
