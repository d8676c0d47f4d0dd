// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace weftcat {

/// Of the system call that just failed, in words.
inline std::string last_error() { return std::system_category().message(errno); }

/// What is in a file, or in standard input if it is called "-". \throws CLI::ValidationError naming the flag
std::string contents(std::string const& flag, std::string const& path);

/// Writes all of it. \throws std::system_error
void write_all(int fd, std::string_view);

}  // namespace weftcat
