// SPDX-License-Identifier: MIT
#pragma once

#include "client/core.hpp"

namespace weft::fabric {

/// A call that waits, as one of the things that are started.
struct client_core::waiting_send final : pending_send, waiting {
  using waiting::waiting;
  void complete() noexcept override { ring(); }
};

struct client_core::waiting_receive final : pending_receive, waiting {
  using waiting::waiting;
  void complete() noexcept override { ring(); }
};

}  // namespace weft::fabric
