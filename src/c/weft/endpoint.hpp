// SPDX-License-Identifier: MIT
#pragma once

#include "talk.hpp"

#include <cstddef>
#include <string>

namespace weft::capi {

inline constexpr areas dialing = area<dial_options>() | area<endpoint_facts>();
inline constexpr areas listening = area<listen_options>() | area<endpoint_facts>();

/// A dialer or a listener. It does not keep its socket.
struct endpoint : identified {
  endpoint(std::uint64_t s, std::size_t n, settings c) : socket(s), number(n), chosen(std::move(c)) {}

  std::uint64_t const socket;
  std::size_t const number;
  settings const chosen;
};
using dialers = table<endpoint, kind_of_id::dialer>;
using listeners = table<endpoint, kind_of_id::listener>;

/// As weft_get_string() hands it to a caller. \return WEFT_ENOSPACE, or WEFT_OK
int copy_out(std::string const&, char* out, std::size_t* size);

}  // namespace weft::capi
