// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace weft::hosts {

/// A transport's URL at an address, with a port of the system's choice.
using url_at = std::function<std::string(std::string const& address)> const&;

struct hosts_case {
  std::string_view name;
  void (*play)(url_at);
};

struct transport {
  std::string_view name, before, behind;
};

/// Each case over each transport: ofi_tcp/loss_of_packets_is_no_loss_of_messages and so on.
bool add_suites(std::span<transport const>, std::span<hosts_case const>);

}  // namespace weft::hosts
