// SPDX-License-Identifier: MIT
#include "errors.hpp"

#include <weft/error.hpp>
#include <weft/version.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace weft::capi {

namespace {

static_assert(WEFT_VERSION_MAJOR == version::major && WEFT_VERSION_MINOR == version::minor &&
              WEFT_VERSION_PATCH == version::patch);
static_assert(WEFT_EUNTRUSTED == static_cast<int>(errc::untrusted), "an error of weft's has no number here");

using text = std::array<char, 256>;

thread_local text detail{};
thread_local text words{};

char const* put(text& to, std::string_view what) noexcept {
  auto const n = std::min(what.size(), to.size() - 1);
  std::copy_n(what.data(), n, to.data());
  to[n] = 0;
  return to.data();
}

struct own_error {
  int code;
  int number;  // errno's
  char const* text;
};

constexpr own_error own_errors[] = {
    {WEFT_OK, 0, "no error"},
    {WEFT_ENOMEM, ENOMEM, "no memory"},
    {WEFT_EARGUMENT, EINVAL, "bad argument"},
    {WEFT_EBADID, EBADF, "no id of this kind"},
    {WEFT_EOPTION, ENOPROTOOPT, "no such option here"},
    {WEFT_ETYPE, EINVAL, "the option is of another type"},
    {WEFT_EREADONLY, EPERM, "the option cannot be set, or not any more"},
    {WEFT_ENOSPACE, ENOBUFS, "the buffer is too small"},
    {WEFT_EINTERNAL, EIO, "unexpected error"},
};

own_error const* find(int code) noexcept {
  auto const it = std::ranges::find(own_errors, code, &own_error::code);
  return it == std::end(own_errors) ? nullptr : &*it;
}

bool is_wefts(int code) noexcept { return code > 0 && code <= WEFT_EUNTRUSTED; }

/// The errno of a condition; what the standard has no word for is given one.
int number_of(int code) noexcept {
  auto const same = weft::category().default_error_condition(code);
  if (same.category() == std::generic_category()) return same.value();
  switch (code) {
    case WEFT_ECLOSED:
      return EBADF;
    case WEFT_ESTATE:
      return EPROTO;
    case WEFT_EFORKED:
      return EOWNERDEAD;
    default:
      return EIO;
  }
}

}  // namespace

int code_of(std::error_code why) noexcept {
  if (!why) return WEFT_OK;
  if (why.category() == weft::category()) return why.value();
  auto const same = why.default_error_condition();
  if (same.category() != std::generic_category()) return WEFT_EINTERNAL;
  return same.value() == ENOMEM ? int{WEFT_ENOMEM} : WEFT_ESYSTEM + same.value();
}

std::error_code error_of(int code) noexcept {
  if (code == WEFT_OK) return {};
  return is_wefts(code) ? static_cast<errc>(code) : errc::rejected;
}

int note(int code, char const* what) noexcept {
  put(detail, what);
  return code;
}

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

char const* weft_strerror(int code) {
  if (auto const* own = find(code)) return own->text;
  if (code > WEFT_ESYSTEM) {
    text room{};
    return put(words, ::strerror_r(code - WEFT_ESYSTEM, room.data(), room.size()));
  }
  try {
    if (is_wefts(code)) return put(words, weft::category().message(code));
  } catch (std::bad_alloc const&) {
    return find(WEFT_ENOMEM)->text;
  }
  return "no code of weft's";
}

int weft_errno(int code) {
  if (auto const* own = find(code)) return own->number;
  if (code > WEFT_ESYSTEM) return code - WEFT_ESYSTEM;
  return is_wefts(code) ? number_of(code) : EINVAL;
}

char const* weft_error_detail(void) { return detail.data(); }

char const* weft_version(void) { return weft::version::text.data(); }
}
