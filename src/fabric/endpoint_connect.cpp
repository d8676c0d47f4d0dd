// SPDX-License-Identifier: MIT
// Connected endpoints: fi_cm(3).
#include <weft/error.hpp>
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_endpoint.h>

#include <array>

namespace weft::fabric {

bool endpoint::is(event const& e) const noexcept { return e.about == &endpoint_->fid; }

std::size_t endpoint::cm_data_limit() const noexcept {
  std::size_t limit = 0;
  std::size_t size = sizeof limit;
  if (fi_getopt(&endpoint_->fid, FI_OPT_ENDPOINT, FI_OPT_CM_DATA_SIZE, &limit, &size) < 0) return 0;
  return limit;
}

result<std::vector<std::byte>> endpoint::connect(raw_address const& to, std::span<std::byte const> data,
                                                 op_options const& options, std::vector<std::byte>* refusal) {
  if (!events_) return misuse::not_offered;
  if (to.empty() || to.size() > longest_address) return error(-FI_EINVAL);
  if (data.size() > cm_data_limit()) return errc::message_too_large;
  if (options.stop.stop_requested()) return errc::canceled;
  std::array<std::byte, longest_address> padded{};  // libfabric reads as many bytes as its format has
  std::copy(to.begin(), to.end(), padded.begin());
  if (auto const why = error(fi_connect(endpoint_.get(), padded.data(), data.data(), data.size()))) return why;
  return wait_connected(options, refusal);
}

std::error_code endpoint::accept(std::span<std::byte const> data, op_options const& options) {
  if (!events_) return misuse::not_offered;
  if (data.size() > cm_data_limit()) return errc::message_too_large;
  if (auto const why = error(fi_accept(endpoint_.get(), data.data(), data.size()))) return why;
  return wait_connected(options, nullptr).error();
}

result<std::vector<std::byte>> endpoint::wait_connected(op_options const& options, std::vector<std::byte>* refusal) {
  for (;;) {
    auto e = events_->read(options, &endpoint_->fid);
    if (!e) return e.error();
    switch (e->what) {
      case event::kind::connected:
        return std::move(e->data);
      case event::kind::failed:
        if (refusal) *refusal = std::move(e->data);
        return e->error;
      case event::kind::shut_down:
        return errc::connection_reset;
      default:
        break;
    }
  }
}

std::error_code endpoint::shut_down() noexcept { return error(fi_shutdown(endpoint_.get(), 0)); }

}  // namespace weft::fabric
