// SPDX-License-Identifier: MIT
#include "stream/channel.hpp"

#include "stream/system_calls.hpp"

#include <cerrno>

namespace weft::stream {

ssize_t direct::receive(void* to, std::size_t size) noexcept { return receive_now(fd_, to, size); }
ssize_t direct::send(batch& b) noexcept { return send_now(fd_, b); }

ssize_t established::receive(void* to, std::size_t size) noexcept {
  return through ? through->receive(to, size) : receive_now(fd.get(), to, size);
}

ssize_t established::send(batch& b) noexcept { return through ? through->send(b) : send_now(fd.get(), b); }

}  // namespace weft::stream
