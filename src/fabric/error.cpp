// SPDX-License-Identifier: MIT
#include "fabric/error.hpp"

#include <string>

namespace weft::fabric {

namespace {

class libfabric_category final : public std::error_category {
 public:
  char const* name() const noexcept override { return "libfabric"; }
  std::string message(int value) const override { return fi_strerror(value); }
  std::error_condition default_error_condition(int value) const noexcept override {
    if (value == FI_ETRUNC) return std::errc::message_size;
    if (value > 0 && value < FI_ERRNO_OFFSET) return {value, std::generic_category()};
    return {value, *this};
  }
};

}  // namespace

std::error_category const& category() noexcept {
  static libfabric_category const instance;
  return instance;
}

failure failed(std::string_view call, long rc) {
  auto const code = error(rc);
  return {code, std::string(call) + ": " + code.message()};
}

}  // namespace weft::fabric
