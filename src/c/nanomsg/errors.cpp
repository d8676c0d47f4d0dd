// SPDX-License-Identifier: MIT
#include "errors.hpp"

#include <weft/c/nanomsg/nn.h>
#include <weft/error.hpp>

#include <cstring>

namespace weft::nanomsg {

int number_of(std::error_code why) noexcept {
  if (!why) return 0;
  if (why.category() != weft::category()) {
    auto const same = why.default_error_condition();
    return same.category() == std::generic_category() ? same.value() : EPROTO;
  }
  switch (static_cast<errc>(why.value())) {
    case errc::would_block:
    case errc::no_peers:
    case errc::peers_full:
      return EAGAIN;
    case errc::closed:
    case errc::forked:
      return EBADF;
    case errc::timed_out:
    case errc::gave_up:
      return ETIMEDOUT;
    case errc::wrong_state:
      return EFSM;
    case errc::message_too_large:
      return EMSGSIZE;
    case errc::unknown_scheme:
      return EPROTONOSUPPORT;
    case errc::no_provider:
      return ENODEV;
    case errc::unsupported:
      return ENOTSUP;
    case errc::malformed:
    case errc::invalid_url:
    case errc::invalid_option:
      return EINVAL;
    case errc::canceled:
      return EINTR;
    case errc::protocol_mismatch:
      return EPROTO;
    default:
      return why.default_error_condition().value();  // connection_reset, address_in_use and such: the standard's
  }
}

}  // namespace weft::nanomsg

extern "C" {

int nn_errno(void) { return errno; }

char const* nn_strerror(int number) {
  if (number == ETERM) return "Nanomsg library was terminated";
  if (number == EFSM) return "Operation cannot be performed in this state";
  return std::strerror(number);
}
}
