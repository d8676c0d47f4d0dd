// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace weft::nanomsg {

/// An address of nanomsg's as a URL of weft's.
struct place {
  int error = 0;  ///< the number of one, if it is none of nanomsg's
  std::string url{};
};

place place_to_bind(char const* address, bool ipv4_only);
place place_to_connect(char const* address, bool ipv4_only);

}  // namespace weft::nanomsg
