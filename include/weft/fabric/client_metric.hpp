// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace weft::fabric {

/// How an event of a client is called where events are counted: what the adapters for Prometheus and OpenTelemetry
/// share.
struct client_metric {
  std::string_view operation;  ///< what it is a part of: "dispatcher", "send" or "receive"
  std::string_view kind;       ///< "started", "completed" and the like
  std::string_view counted;    ///< the same of many: "cq_errors"
  std::string_view help;       ///< for people
};

/// In the order of client_event::kind.
inline constexpr std::array<client_metric, 7> client_metrics = {{
    {"dispatcher", "started", "started", "Dispatchers that have begun"},
    {"dispatcher", "stopped", "stopped", "Dispatchers that have ended"},
    {"dispatcher", "cq_error", "cq_errors", "Completions with an error"},
    {"send", "completed", "completed", "Messages that libfabric has taken"},
    {"send", "failed", "failed", "Messages that were not sent"},
    {"receive", "completed", "completed", "Messages that have come"},
    {"receive", "failed", "failed", "Receives that ended in an error"},
}};
static_assert(static_cast<std::size_t>(client_event::kind::receive_failed) + 1 == client_metrics.size());

}  // namespace weft::fabric
