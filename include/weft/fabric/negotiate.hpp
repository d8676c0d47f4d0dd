// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/info.hpp>
#include <weft/result.hpp>

#include <string>
#include <vector>

namespace weft::fabric {

/// What negotiate() has come to.
struct negotiated {
  info chosen;                    ///< what to open: its type() and supports() say what it came to
  std::vector<failure> given_up;  ///< what would have been better, best first, and why there is none of it

  /// For operators: "tcp: connected (MSG), reliable, plain messages, injects 128 bytes; libfabric offers nothing here
  /// for provider tcp, endpoint type RDM".
  WEFT_API std::string text() const;
};

/// What discover() finds first for the hints, or for less where it finds nothing: tagged messages give way to plain
/// ones, then RDM endpoints to MSG endpoints, with tags if there are any. All else that is asked for stays. What only
/// tags can do, such as to receive one message before another, is then the caller's to do without.
/// \return discover()'s failure for the hints themselves when there is nothing for less, either
WEFT_API setup<negotiated> negotiate(hints const&);

}  // namespace weft::fabric
