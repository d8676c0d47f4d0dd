// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client_options.hpp>
#include <weft/fabric/endpoint.hpp>

#include <functional>
#include <string_view>
#include <system_error>

namespace weft::fabric {

/// What a client tells its hooks. Thread safety: any thread, as far as the hooks are.
class telemetry {
 public:
  telemetry(client_options const&, info const&);

  void report(client_event::kind, std::error_code = {}, completion const* = nullptr, std::string_view words = {}) const;
  std::function<void(std::error_code)> begin(std::string_view what) const;
  bool listens() const noexcept { return hooks_.log || hooks_.metric; }

 private:
  void log(client_event const&) const;

  client_hooks hooks_;
  client_labels labels_;
};

}  // namespace weft::fabric
