// SPDX-License-Identifier: MIT
#pragma once

#include "source_tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::hygiene {

/// A folder, or a file that has rules of its own, and what its code may include beside itself and the standard library.
struct room {
  std::string_view name;                      ///< "x/*": each folder in x that has no row of its own
  std::vector<std::string_view> may_include;  ///< rooms; "x/*" is all whose name starts with x/
  std::vector<std::string_view> libraries;    ///< how their headers begin, as in "rdma/"; or "posix"
};

/// The plan of the house.
std::vector<room> const& plan();

/// The name of the room that a file belongs to.
std::string room_of(std::string_view path);

/// An #include that leaves its room.
struct edge {
  std::string from;    ///< the file
  std::size_t line;    ///< in it
  std::string header;  ///< as written
  std::string to;      ///< a room; empty if the header is not ours
};

/// The edges that start in a file; `all` holds the files they may lead to.
std::vector<edge> edges_of(source const& file, std::vector<source> const& all);

/// Why an edge must not be there; nothing if it may.
complaints forbidden(edge const& e);

/// The includes of a file that name two files, depending on the order of the include path.
complaints ambiguous_includes(source const& file, std::vector<source> const& all);

}  // namespace weft::hygiene
