// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/port.hpp"
#include "fabric/send_pool.hpp"
#include "fabric/tag.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace weft::ofi {

class flow;

enum class posting { posted, again, failed };

/// From here to one slot of one peer.
struct route {
  fabric::port* endpoint = nullptr;  // for frames
  fabric::port* bulk = nullptr;      // for bulk messages: with RDM the same
  send_pool* pool = nullptr;
  flow* owner = nullptr;  // told of completions
  fi_addr_t to = 0;
  std::uint32_t slot = 0;
  std::uint64_t frame_tag = 0;
  std::size_t largest = 0;    // frame
  bool offers = false;        // the peer reads large bodies itself
  bool costs_a_call = false;  // the provider sends through the kernel
  std::size_t inject = 0;     // bytes that the provider copies within the call, and that we build on the stack

  static constexpr std::size_t most_on_stack = 4096;

  bool registers() const noexcept { return endpoint->info().registers_locally(); }

  static posting outcome(long rc) noexcept {
    if (rc == 0) return posting::posted;
    // Not connected yet is "again" on all but sockets, which says that there is nobody. The lifeline knows better.
    return fabric::is_again(rc) || rc == -ENOMEM || rc == -ENOENT ? posting::again : posting::failed;
  }
};

}  // namespace weft::ofi
