// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include <iterator>
#include <string>

namespace weft {

namespace {

struct entry {
  char const* text;
  std::errc condition;  // zero: the standard has no word for it
};

// In the order of errc, which starts at one.
constexpr entry entries[] = {
    {"would block", std::errc::operation_would_block},
    {"closed", {}},
    {"connection reset by peer", std::errc::connection_reset},
    {"timed out", std::errc::timed_out},
    {"canceled", std::errc::operation_canceled},
    {"not in this state of the protocol", {}},
    {"busy: there is a peer already", std::errc::device_or_resource_busy},
    {"the peer speaks another protocol", std::errc::wrong_protocol_type},
    {"the peer sent malformed bytes", std::errc::bad_message},
    {"message over the receiver's limit", std::errc::message_size},
    {"invalid URL", std::errc::invalid_argument},
    {"no transport for this URL scheme", std::errc::protocol_not_supported},
    {"no libfabric provider offers this", std::errc::no_protocol_option},
    {"address in use", std::errc::address_in_use},
    {"connection refused", std::errc::connection_refused},
    {"rejected by the peer", std::errc::connection_aborted},
    {"option out of range", std::errc::invalid_argument},
    {"the engine belongs to another process: this one is its fork", {}},
    {"not supported here", std::errc::not_supported},
    {"would block: no peer is connected", std::errc::operation_would_block},
    {"would block: no peer has room", std::errc::operation_would_block},
    {"nobody answered, however often it was asked", std::errc::timed_out},
    {"the peer's certificate cannot be trusted", std::errc::permission_denied},
};

class weft_category final : public std::error_category {
 public:
  char const* name() const noexcept override { return "weft"; }
  std::string message(int value) const override {
    auto const* e = find(value);
    return e ? e->text : "unknown weft error";
  }
  std::error_condition default_error_condition(int value) const noexcept override {
    auto const* e = find(value);
    if (!e || e->condition == std::errc{}) return {value, *this};
    return make_error_condition(e->condition);
  }

 private:
  static entry const* find(int value) noexcept {
    if (value < 1 || value > static_cast<int>(std::size(entries))) return nullptr;
    return &entries[value - 1];
  }
};

}  // namespace

std::error_category const& category() noexcept {
  // Never destroyed: the helper of an engine that nobody ends still runs while the program exits.
  static weft_category const& instance = *new weft_category;
  return instance;
}

}  // namespace weft
