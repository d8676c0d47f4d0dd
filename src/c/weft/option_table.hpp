// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace weft::capi {

/// Of an option: a number for all that is one, or a text.
using value = std::variant<std::int64_t, std::string>;

enum class access : std::uint8_t { before, always, never };  ///< when it can be set

/// One option: how it is called, what it may be, and where it is.
struct option {
  char const* name;
  int type;  ///< weft_option_type
  access settable;
  std::int64_t least;
  std::int64_t most;
  areas where;
  value (*get)(settings const&, areas);                ///< of the first of these areas that has it
  void (*set)(settings&, areas, value const& wanted);  ///< in all of these areas that have it
};

std::span<option const> all_options() noexcept;

/// What a thing with these areas has by that name. \throws refusal WEFT_EOPTION, WEFT_ETYPE
option const& find_option(char const* name, int type, areas of);
/// \throws refusal WEFT_ERANGE
void check_range(option const&, value const&);

}  // namespace weft::capi
