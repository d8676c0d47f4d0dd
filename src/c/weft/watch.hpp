// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <cstdint>
#include <memory>
#include <mutex>

namespace weft::capi {

/// Between a socket and a program's functions: none is called once the socket was closed.
struct audience {
  // Held while a function runs, which may close its own socket.
  std::recursive_mutex mutex;
  std::uint64_t socket = 0;
  bool over = false;
};

/// Has a program's functions told and asked about a socket's connections.
void watch(socket_options&, watchers const&, std::shared_ptr<audience> const&);

}  // namespace weft::capi
