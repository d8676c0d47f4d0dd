// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <pthread.h>

namespace weft::capi {

namespace {

std::atomic<unsigned> forks{0};

// Never destroyed: programs call until they end.
std::mutex& mutex() noexcept {
  static std::mutex& m = *new std::mutex;
  return m;
}

bool const registered = [] {
  ::pthread_atfork([] { mutex().lock(); }, [] { mutex().unlock(); },
                   [] {
                     forks.fetch_add(1, std::memory_order_relaxed);
                     mutex().unlock();
                   });
  return true;
}();

}  // namespace

unsigned process() noexcept {
  (void)registered;
  return forks.load(std::memory_order_relaxed);
}
std::mutex& table_mutex() noexcept { return mutex(); }

}  // namespace weft::capi
