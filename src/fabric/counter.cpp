// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/fabric/counter.hpp>
#include <weft/fabric/domain.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_eq.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// fi_cntr_wait knows no stop, and not all providers have it: looked at as rarely as a queue that has no descriptor.
constexpr clock::duration longest_nap = 1ms;

}  // namespace

counter::counter(std::shared_ptr<domain const> in, handle<fid_cntr> c) noexcept
    : domain_(std::move(in)), counter_(std::move(c)) {}

setup<std::shared_ptr<counter>> counter::open(std::shared_ptr<domain const> in) {
  fi_cntr_attr attr{};
  attr.events = FI_CNTR_EVENTS_COMP;
  attr.wait_obj = FI_WAIT_NONE;
  auto c = fabric::open<fid_cntr>("fi_cntr_open",
                                  [&](auto** out) { return fi_cntr_open(in->native_handle(), &attr, out, nullptr); });
  if (!c) return c.error();
  return std::shared_ptr<counter>(new counter(std::move(in), *std::move(c)));
}

std::uint64_t counter::value() const noexcept { return fi_cntr_read(counter_.get()); }
std::uint64_t counter::errors() const noexcept { return fi_cntr_readerr(counter_.get()); }
std::error_code counter::add(std::uint64_t n) noexcept { return error(fi_cntr_add(counter_.get(), n)); }
std::error_code counter::set(std::uint64_t n) noexcept { return error(fi_cntr_set(counter_.get(), n)); }

std::error_code counter::wait(std::uint64_t threshold, op_options const& options) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  auto nap = clock::duration(50us);
  auto const failed_before = errors();
  std::unique_lock lock(mutex);
  while (value() < threshold) {
    if (options.stop.stop_requested()) return errc::canceled;
    if (errors() != failed_before) return error(-FI_EAVAIL);
    auto const now = clock::now();
    if (now >= options.until.when()) return errc::timed_out;
    stopped.wait_until(lock, options.stop, std::min(options.until.when(), now + nap), [] { return false; });
    nap = std::min(2 * nap, longest_nap);
  }
  return {};
}

}  // namespace weft::fabric
