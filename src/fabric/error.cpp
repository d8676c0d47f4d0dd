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

class misuse_words final : public std::error_category {
 public:
  char const* name() const noexcept override { return "weft.fabric"; }
  std::string message(int value) const override {
    switch (static_cast<misuse>(value)) {
      case misuse::not_registered:
        return "the provider wants registered memory (FI_MR_LOCAL), and this buffer has no descriptor";
      case misuse::too_many_pieces:
        return "more pieces than the provider takes at once";
      case misuse::not_offered:
        return "the endpoint was opened without that capability";
      case misuse::context_busy:
        return "an operation is in flight with this context";
      case misuse::context_released:
        return "the context was released";
      case misuse::insufficient_access:
        return "the region was registered without that access";
      case misuse::outside_region:
        return "outside the registered region";
      case misuse::old_library:
        return "the libfabric that is running is too old";
    }
    return "unknown error";
  }
  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<misuse>(value)) {
      case misuse::too_many_pieces:
        return std::errc::argument_list_too_long;
      case misuse::not_offered:
      case misuse::old_library:
        return std::errc::not_supported;
      case misuse::context_busy:
        return std::errc::device_or_resource_busy;
      case misuse::context_released:
        return std::errc::owner_dead;
      case misuse::insufficient_access:
        return std::errc::permission_denied;
      case misuse::outside_region:
        return std::errc::result_out_of_range;
      default:
        return std::errc::invalid_argument;
    }
  }
};

}  // namespace

std::error_category const& misuse_category() noexcept {
  static misuse_words const& instance = *new misuse_words;  // never destroyed, as weft's own
  return instance;
}

std::error_category const& category() noexcept {
  static libfabric_category const& instance = *new libfabric_category;  // never destroyed, as weft's own
  return instance;
}

failure failed(std::string_view call, long rc) {
  auto const code = error(rc);
  return {code, std::string(call) + ": " + code.message()};
}

}  // namespace weft::fabric
