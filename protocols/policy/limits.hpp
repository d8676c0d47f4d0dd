// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <string>

// What the options that several protocols have may be.
namespace weft::policy {

inline constexpr unsigned most_hops = 255;
inline constexpr std::size_t longest_queue = 8192;

/// \throws std::system_error invalid_option
inline void check_hops(unsigned hops) {
  if (hops < 1 || hops > most_hops) raise({errc::invalid_option, "hops are from 1 to 255"});
}

/// `name`: the option's, for people. \throws std::system_error invalid_option
inline void check_queue(char const* name, std::size_t length, std::size_t least = 0) {
  if (length >= least && length <= longest_queue) return;
  raise({errc::invalid_option, name + (" is from " + std::to_string(least)) + " to 8192"});
}

}  // namespace weft::policy
