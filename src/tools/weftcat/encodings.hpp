// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace weftcat {

/// Whether it is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates.
bool is_utf8(std::string_view);

/// RFC 4648, with padding.
std::string base64(std::string_view);

}  // namespace weftcat
