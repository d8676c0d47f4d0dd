// SPDX-License-Identifier: MIT
#include "core/readiness.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace weft::core {

int readiness::make() {
  if (!fd_) fd_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd_) throw std::system_error(errno, std::system_category(), "eventfd");
  return fd_.get();
}

void readiness::show(bool ready) noexcept {
  std::uint64_t count = 1;
  [[maybe_unused]] auto const done =
      ready ? ::write(fd_.get(), &count, sizeof count) : ::read(fd_.get(), &count, sizeof count);
  shown_ = ready;
}

}  // namespace weft::core
