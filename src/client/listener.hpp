// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>
#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/passive_endpoint.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include "client/half_open.hpp"

#include <memory>

namespace weft::fabric {

/// A client_listener without its handle.
class listener_core {
 public:
  /// For who asks, not accepted yet. Where there is none to be had, who asks is told so.
  setup<std::unique_ptr<endpoint>> open_for(event const& request);
  /// The next one that is connected, whoever came first.
  setup<std::unique_ptr<endpoint>> next(op_options const&);

  client_options options;
  std::shared_ptr<network const> net;
  std::unique_ptr<passive_endpoint> door;
  half_open on_their_way = {};
};

}  // namespace weft::fabric
