// SPDX-License-Identifier: MIT
#pragma once

#include <iostream>

namespace weft::test {

/// For a case that a sanitizer cannot judge: says so, and that it was skipped. \return whether there is one
inline bool skipped_under_sanitizer([[maybe_unused]] char const* why) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  std::cout << "SKIPPED: " << why << "\n";
  return true;
#else
  return false;
#endif
}

/// The same where the address sanitizer alone is in the way.
inline bool skipped_under_address_sanitizer([[maybe_unused]] char const* why) {
#if defined(__SANITIZE_ADDRESS__)
  return skipped_under_sanitizer(why);
#else
  return false;
#endif
}

}  // namespace weft::test
