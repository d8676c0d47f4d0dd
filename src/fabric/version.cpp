// SPDX-License-Identifier: MIT
#include <weft/fabric/error.hpp>
#include <weft/fabric/version.hpp>

#include <rdma/fabric.h>

namespace weft::fabric {

namespace {

std::string text(interface_version v) { return std::to_string(v.major) + "." + std::to_string(v.minor); }

}  // namespace

interface_version compiled_version() noexcept { return {FI_MAJOR_VERSION, FI_MINOR_VERSION}; }

interface_version running_version() noexcept {
  auto const v = fi_version();
  return {FI_MAJOR(v), FI_MINOR(v)};
}

std::optional<failure> check_running(interface_version least) {
  auto const running = running_version();
  if (running >= least) return {};
  return failure{misuse::old_library, "libfabric " + text(least) + " is needed, and " + text(running) + " is running"};
}

std::optional<failure> check_running() { return check_running(compiled_version()); }

}  // namespace weft::fabric
