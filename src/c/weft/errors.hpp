// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/error.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

namespace weft::capi {

/// Thrown where a call makes no sense. Never on the path of messages.
struct refusal : std::runtime_error {
  refusal(int why, std::string const& detail) : std::runtime_error(detail), code(why) {}
  int code;
};

/// The C API's code for an error.
int code_of(std::error_code) noexcept;
/// And back, for what a callback says.
std::error_code error_of(int code) noexcept;
/// For weft_error_detail(). \return the code
int note(int code, char const* detail) noexcept;

/// Runs `work`, which returns a code, and lets no exception out.
template <class Work>
int guarded(Work&& work) noexcept {
  try {
    int const code = work();
    return code == WEFT_OK ? code : note(code, "");
  } catch (refusal const& e) {
    return note(e.code, e.what());
  } catch (std::system_error const& e) {
    return note(code_of(e.code()), e.what());
  } catch (std::bad_alloc const&) {
    return note(WEFT_ENOMEM, "");
  } catch (std::length_error const&) {
    return note(WEFT_ENOMEM, "");
  } catch (std::exception const& e) {
    return note(WEFT_EINTERNAL, e.what());
  } catch (...) {
    return note(WEFT_EINTERNAL, "");
  }
}

/// What a caller must give.
template <class T>
T& given(T* p) {
  if (!p) throw refusal(WEFT_EARGUMENT, "a null pointer");
  return *p;
}
inline void must(bool holds, char const* otherwise) {
  if (!holds) throw refusal(WEFT_EARGUMENT, otherwise);
}

}  // namespace weft::capi
