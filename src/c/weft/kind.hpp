// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace weft::capi {

/// A protocol as data: what its traits say.
struct kind {
  int number;  ///< in the C API
  std::string_view name;
  std::uint16_t self;
  std::uint16_t peer;
  bool sends, receives, contexts, raw, directed, subscribes;
  areas own;  ///< its options, or 0
  std::unique_ptr<ext::protocol> (*make)(ext::protocol_host&, settings const&);
  std::unique_ptr<ext::context> (*open)(ext::protocol&, settings const&);  ///< null: contexts have no options
  std::unique_ptr<ext::context> (*open_channel)(ext::protocol&);           ///< null: requests do not carry a way back
  void (*adjust)(ext::context&, settings const&);                          ///< null: nothing changes
};

/// \return null when there is none
kind const* find_kind(int number) noexcept;

}  // namespace weft::capi
