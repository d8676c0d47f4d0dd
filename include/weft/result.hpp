// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fault.hpp>

#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace weft {

/// Why something could not be set up: the code to branch on, and the words for a person,
/// which name the part at fault and what would work.
struct failure {
  std::error_code code;
  std::string detail;
  fault_kind kind = fault_kind::none;  ///< what the peer did
};

[[noreturn]] inline void raise(std::error_code why) { throw std::system_error(why); }
[[noreturn]] inline void raise(failure const& why) { throw std::system_error(why.code, why.detail); }

/// A value or the reason there is none: the shape of std::expected<T, E>, for C++20.
/// value() throws std::system_error with the reason.
template <class T, class E = std::error_code>
class [[nodiscard]] result {
 public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(E why) : state_(std::in_place_index<1>, std::move(why)) {}
  template <class Enum>
  requires(std::is_error_code_enum_v<Enum>&& std::is_same_v<E, std::error_code>) result(Enum why)
      : result(make_error_code(why)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }
  bool has_value() const noexcept { return state_.index() == 0; }
  E error() const {
    if (auto const* why = std::get_if<1>(&state_)) return *why;
    return E{};
  }
  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }

  T value() && {
    if (auto const* why = std::get_if<1>(&state_)) raise(*why);
    return std::move(*std::get_if<0>(&state_));
  }

 private:
  std::variant<T, E> state_;
};

/// What set-up functions return: the failure carries words as well as a code.
template <class T>
using setup = result<T, failure>;

}  // namespace weft
