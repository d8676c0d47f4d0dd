// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/event_queue.hpp>
#include <weft/result.hpp>

#include "fabric/port.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <system_error>

namespace weft::fabric {

/// One end of a connection of its own: reliable, without tags. Receives may be posted before it is connected.
class msg_endpoint : public port {
 public:
  /// \param like what was chosen, or what came with a connection request
  static setup<std::unique_ptr<msg_endpoint>> open(std::shared_ptr<fabric::domain const>, fabric::info const& like,
                                                   std::shared_ptr<completion_queue>, std::shared_ptr<event_queue>);

  // Neither waits: the event queue tells what has become of it.
  /// \param data for the listener, at most endpoint::cm_data_limit()
  std::error_code begin_connect(raw_address const& to, std::span<std::byte const> data) noexcept;
  std::error_code begin_accept() noexcept;
  bool is(event const& e) const noexcept { return endpoint_->is(e); }

 private:
  using port::port;
};

}  // namespace weft::fabric
