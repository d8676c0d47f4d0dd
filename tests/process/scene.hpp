// SPDX-License-Identifier: MIT
#pragma once

#include <weft/weft.hpp>

#include "process/child.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::process {

using namespace std::chrono_literals;

inline constexpr auto patience = 20s;
inline constexpr auto noticed_within = 2s;  // that a peer was killed: the specification's bound
inline op_options soon() { return {.until = patience}; }

/// A case is played once for each of libfabric's providers that need nothing but Linux, with an address to listen at
/// that nobody used before.
using url_text = std::string const&;
struct process_case {
  std::string_view name;
  void (*play)(url_text fresh);
};
bool add_suites(std::span<process_case const>);

/// The next event of that kind; whatever comes before it is passed over. Nothing when it does not come in time.
std::optional<monitor_event> await(monitor&, monitor_event::kind, clock::duration within = patience);

/// Whether the loss of a peer is reported in time, and as what it is.
bool lost_in_time(monitor&);

/// What push_flood and push_some put in front of each message.
std::uint64_t number_in(message const&);

message filled(std::size_t size);
bool is_filled(message const&, std::size_t size);

}  // namespace weft::process
