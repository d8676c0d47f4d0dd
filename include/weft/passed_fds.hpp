// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>

#include <string>
#include <vector>

namespace weft {

/// A socket that was opened by whoever started this process: systemd, for a unit with a .socket file.
struct passed_fd {
  int fd = -1;
  std::string name{};  ///< FileDescriptorName= in the .socket file; empty where none is told
};

/// Those meant for this process, in the order in which they were passed: give each to listen(), as
/// listen_options::listening_fd. None when it was started in any other way. A child will not inherit them.
/// Thread safety: as getenv().
WEFT_API std::vector<passed_fd> passed_fds();

}  // namespace weft
