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

}  // namespace weft::base
