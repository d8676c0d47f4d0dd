// SPDX-License-Identifier: MIT
#pragma once

#include <weft/statistics.hpp>

#include <string>

namespace weftcat {

/// The tree as lines, a step further in for each level; or as one line of JSON.
std::string as_text(weft::statistic const&);
std::string as_json(weft::statistic const&);

}  // namespace weftcat
