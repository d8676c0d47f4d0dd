// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>
#include <weft/url.hpp>

#include "base/fd.hpp"
#include "stream/address.hpp"

#include <string>

namespace weft::ipc {

/// The address that a URL names, or what is wrong with it.
setup<stream::address> read(url const&);

/// A socket that listens there. A file gets the permissions; one that a dead listener left is replaced.
setup<base::unique_fd> listen_at(stream::address const&, unsigned permissions, std::string const& name);

/// The path of a socket's file; empty for an abstract name.
std::string path_of(stream::address const&);

/// Which file a path names, so that nobody removes another's of that name.
struct file_identity {
  unsigned long long device = 0;
  unsigned long long inode = 0;
  static file_identity of(std::string const& path) noexcept;
  friend bool operator==(file_identity const&, file_identity const&) = default;
};

/// Removes the file, if it is still the one.
void remove_file(std::string const& path, file_identity const&) noexcept;

/// "process 4711, user 1000".
std::string peer_text(int fd);

/// Lets the kernel hold a megabyte of what is sent, not its usual 208 KiB: as no such socket's buffer grows by itself,
/// the two processes would wait for each other in turns. The system's own limit (wmem_max) is not passed.
void widen(int fd) noexcept;

}  // namespace weft::ipc
