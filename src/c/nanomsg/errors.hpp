// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <exception>
#include <new>
#include <system_error>

namespace weft::nanomsg {

/// The number that nanomsg has for an error of weft's or the system's; 0 for none.
int number_of(std::error_code) noexcept;

/// As a function of nanomsg's returns it.
inline int failed(int number) noexcept {
  errno = number;
  return -1;
}

/// Runs `work`, which returns an error's number or 0, and lets no exception out.
template <class Work>
int guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (std::system_error const& e) {
    return number_of(e.code());
  } catch (std::exception const&) {
    return ENOMEM;  // std::bad_alloc, std::length_error
  }
}

}  // namespace weft::nanomsg
