// SPDX-License-Identifier: MIT
#pragma once

#include <weft/counters.hpp>
#include <weft/export.hpp>
#include <weft/fault.hpp>
#include <weft/pipe_info.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weft {

struct pipe_statistics {
  pipe_info info{};
  traffic sent{};
  traffic received{};
  drop_counts dropped{};
  std::size_t inbox = 0;        ///< messages received and not yet asked for
  std::size_t unconfirmed = 0;  ///< messages sent and not known to have arrived
};

/// What became of the attempts to have a peer at one URL.
struct endpoint_statistics {
  std::string url{};
  bool listens = false;  ///< otherwise it dials
  std::uint64_t connected = 0;
  std::uint64_t refused = 0;
  std::uint64_t rejected = 0;
  std::uint64_t lost = 0;
  fault_counts faults{};  ///< why, as far as the peer is to blame
};

/// A socket at one moment: counters since it was made, depths as they are now. All of it was true at once.
struct socket_statistics {
  std::uint16_t protocol = 0;  ///< SP's number
  traffic sent{};              ///< pipes that are gone included
  traffic received{};
  drop_counts dropped{};
  std::size_t queued = 0;       ///< messages that the protocol keeps until a peer has room
  std::size_t inbox = 0;        ///< messages received and not yet asked for
  std::size_t unconfirmed = 0;  ///< messages sent and not known to have arrived, of pipes that are gone too
  std::vector<pipe_statistics> pipes{};
  std::vector<endpoint_statistics> endpoints{};
};

/// The same as a tree of named values, for programs that print or export whatever there is.
struct statistic {
  enum class type { scope, counter, level, text, boolean };
  enum class unit { none, messages, bytes, events };

  std::string name{};
  type kind = type::scope;
  unit measure = unit::none;
  std::variant<std::monostate, std::uint64_t, std::string, bool> value{};
  std::vector<statistic> children{};  ///< of a scope

  /// The child of that name, or null.
  WEFT_API statistic const* find(std::string_view name) const noexcept;
};

WEFT_API statistic as_tree(socket_statistics const&);

/// The names the tree uses, which do not change.
WEFT_API std::string_view name_of(drop_reason) noexcept;
WEFT_API std::string_view name_of(direction) noexcept;

}  // namespace weft
