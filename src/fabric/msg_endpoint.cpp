// SPDX-License-Identifier: MIT
#include "fabric/msg_endpoint.hpp"

#include <weft/error.hpp>

#include <rdma/fi_cm.h>

#include <algorithm>
#include <array>
#include <utility>

namespace weft::fabric {

setup<std::unique_ptr<msg_endpoint>> msg_endpoint::open(std::shared_ptr<fabric::domain const> in,
                                                        fabric::info const& like,
                                                        std::shared_ptr<completion_queue> completions,
                                                        std::shared_ptr<event_queue> events) {
  endpoint_bindings bindings;
  bindings.sends = std::move(completions);
  bindings.events = std::move(events);
  auto made = endpoint::open(std::move(in), like, std::move(bindings));
  if (!made) return made.error();
  return std::unique_ptr<msg_endpoint>(new msg_endpoint(*std::move(made)));
}

std::error_code msg_endpoint::begin_connect(raw_address const& to, std::span<std::byte const> data) noexcept {
  if (to.size() > longest_address || !is_plausible(info()->addr_format, to, to)) return error(-FI_EINVAL);
  if (data.size() > endpoint_->cm_data_limit()) return errc::message_too_large;
  std::array<std::byte, longest_address> padded{};  // libfabric reads as many bytes as its format has
  std::ranges::copy(to, padded.begin());
  return error(fi_connect(native_, padded.data(), data.data(), data.size()));
}

std::error_code msg_endpoint::begin_accept() noexcept { return error(fi_accept(native_, nullptr, 0)); }

}  // namespace weft::fabric
