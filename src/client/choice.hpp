// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>
#include <weft/fabric/info.hpp>
#include <weft/result.hpp>

#include <string>

namespace weft::fabric {

/// What to open, and why nothing better: nothing when it is what was wanted most.
struct chosen {
  info what;
  std::string passed_over;
};

/// What the options come to here. A type that is not specified becomes RDM or MSG; the sender's name is asked for, and
/// done without where it is not offered. \return why not, for each that was tried
setup<chosen> choose(client_options&, end whose);

}  // namespace weft::fabric
