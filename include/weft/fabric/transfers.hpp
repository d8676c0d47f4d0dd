// SPDX-License-Identifier: MIT
// What the calls of an endpoint are told: whereto, wherefrom, with which memory.
#pragma once

#include <weft/fabric/constants.hpp>
#include <weft/fabric/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace weft::fabric {

/// What is sent from. Where the provider registers locally (memory_mode::local), with memory_region::local().
struct const_buffer {
  std::span<std::byte const> bytes = {};     ///< unchanged until the completion
  descriptor registered = descriptor::none;  ///< of the region that they are in
};

/// What is received, or read, into.
struct mutable_buffer {
  std::span<std::byte> bytes = {};           ///< the caller's again with the completion
  descriptor registered = descriptor::none;  ///< of the region that they are in
};

/// Whereto, and with what beside the bytes. With a tag it is a tagged message (capability::tagged).
struct target {
  /// any: the one an MSG endpoint is connected to; of others it is std::errc::destination_address_required.
  peer to = peer::any;
  std::optional<std::uint64_t> tag = {};        ///< of no more than info::tag_bits()
  std::optional<std::uint64_t> data = {};       ///< remote completion queue data: comes with the receiver's completion
  operation_flag flags = operation_flag::none;  ///< of a send; inject() does not look at them
};

/// Wherefrom. With a tag it receives tagged messages, those of other messages stay out.
struct origin {
  peer from = peer::any;                        ///< another than any: with capability::directed_recv
  std::optional<std::uint64_t> tag = {};        ///< of the message, but for bits in `ignore`
  std::uint64_t ignore = 0;                     ///< bits in which tags may differ
  operation_flag flags = operation_flag::none;  ///< of a receive
};

/// A peer's memory: what memory_region::address() and key() are there.
struct remote_memory {
  peer at = peer::any;                     ///< any: the one an MSG endpoint is connected to
  std::uint64_t address = 0;               ///< memory_region::address() there, plus an offset in bytes
  std::uint64_t key = 0;                   ///< memory_region::key() there
  std::optional<std::uint64_t> data = {};  ///< write only: tells the peer, with a completion there
  /// Of a write, or an atomic that fetches nothing: delivery_complete to know that it can be seen.
  operation_flag flags = operation_flag::none;
};

/// What came.
struct received {
  std::size_t bytes = 0;                   ///< of the message
  std::optional<std::uint64_t> tag = {};   ///< of a tagged message
  std::optional<std::uint64_t> data = {};  ///< target::data, if the sender gave any
  peer from = peer::any;                   ///< any when the queue has no sources, or the sender is none of its peers
};

/// One atomic operation on `count` elements: fi_atomic(3).
struct atomic_request {
  datatype type = datatype::uint64;  ///< of each element, here and there
  atomic_op op = atomic_op::sum;     ///< element by element
  std::size_t count = 1;             ///< at most endpoint::atomic_limit()
  const_buffer operand = {};         ///< what is added, stored and the like
  mutable_buffer result = {};        ///< of those that fetch
  const_buffer compare = {};         ///< of those that compare
  remote_memory at = {};             ///< the elements that it is done to
};

}  // namespace weft::fabric
