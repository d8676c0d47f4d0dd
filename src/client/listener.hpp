// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>
#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/passive_endpoint.hpp>
#include <weft/result.hpp>

#include <memory>

namespace weft::fabric {

/// A client_listener without its handle.
class listener_core {
 public:
  /// For who asks, not accepted yet. Where there is none to be had, who asks is told so.
  setup<std::unique_ptr<endpoint>> open_for(event const& request);

  client_options options;
  std::shared_ptr<network const> net;
  std::unique_ptr<passive_endpoint> door;
};

}  // namespace weft::fabric
