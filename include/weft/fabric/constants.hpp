// SPDX-License-Identifier: MIT
// libfabric's constants with types. Each value is libfabric's own: src/fabric/constants.cpp asserts it against the C
// headers, so that no public header includes <rdma/...>. Meanings are those of the man page named at each type.
#pragma once

#include <cstdint>
#include <type_traits>

namespace weft::fabric {

/// Whether an enumeration is a set of bits, for which |, & and ~ are meant.
template <class Enum>
inline constexpr bool is_bit_set = false;

/// An enumeration that is one.
template <class Enum>
concept bit_set = is_bit_set<Enum>;

/// What the operators do to numbers, for sets.
///@{
template <bit_set Enum>
constexpr Enum operator|(Enum a, Enum b) noexcept {
  using number = std::underlying_type_t<Enum>;
  return Enum(static_cast<number>(a) | static_cast<number>(b));
}
template <bit_set Enum>
constexpr Enum operator&(Enum a, Enum b) noexcept {
  using number = std::underlying_type_t<Enum>;
  return Enum(static_cast<number>(a) & static_cast<number>(b));
}
template <bit_set Enum>
constexpr Enum operator~(Enum a) noexcept {
  return Enum(~static_cast<std::underlying_type_t<Enum>>(a));
}
///@}
/// Whether all bits of `wanted` are in `set`.
template <bit_set Enum>
constexpr bool has(Enum set, Enum wanted) noexcept {
  return (set & wanted) == wanted;
}

/// fi_endpoint(3)
enum class endpoint_type {
  unspecified,
  msg,    ///< reliable, connected
  dgram,  ///< unreliable, connectionless
  rdm,    ///< reliable, connectionless
};

/// What an endpoint can do: fi_getinfo(3), "Capabilities".
enum class capability : std::uint64_t {
  none = 0,
  msg = 1ull << 1,
  rma = 1ull << 2,
  tagged = 1ull << 3,
  atomic = 1ull << 4,
  multicast = 1ull << 5,
  collective = 1ull << 6,
  read = 1ull << 8,
  write = 1ull << 9,
  recv = 1ull << 10,
  send = 1ull << 11,
  remote_read = 1ull << 12,
  remote_write = 1ull << 13,
  multi_recv = 1ull << 16,
  trigger = 1ull << 20,
  fence = 1ull << 21,
  hmem = 1ull << 47,
  variable_msg = 1ull << 48,
  rma_pmem = 1ull << 49,
  source_err = 1ull << 50,
  local_comm = 1ull << 51,
  remote_comm = 1ull << 52,
  shared_av = 1ull << 53,
  rma_event = 1ull << 56,
  source = 1ull << 57,
  named_rx_ctx = 1ull << 58,
  directed_recv = 1ull << 59,
};
template <>
inline constexpr bool is_bit_set<capability> = true;  ///< with |, & and ~

/// What a provider wants of its caller: fi_getinfo(3), "Mode". weft::fabric gives every operation 64 bytes of context,
/// which serves context and context2; what else a provider insists on, it is not offered for.
enum class mode : std::uint64_t {
  none = 0,
  context2 = 1ull << 52,
  restricted_comp = 1ull << 53,
  notify_flags_only = 1ull << 54,
  rx_cq_data = 1ull << 56,
  async_iov = 1ull << 57,
  msg_prefix = 1ull << 58,
  context = 1ull << 59,
};
template <>
inline constexpr bool is_bit_set<mode> = true;  ///< with |, & and ~

/// What a provider wants of memory: fi_mr(3), "Memory registration modes".
enum class memory_mode : std::uint32_t {
  none = 0,
  local = 1u << 2,       ///< buffers of local operations are registered, too
  raw = 1u << 3,         ///< keys longer than 64 bits
  virt_addr = 1u << 4,   ///< a peer addresses memory by its virtual address, not by an offset
  allocated = 1u << 5,   ///< there must be pages behind the memory when it is registered
  prov_key = 1u << 6,    ///< the provider makes up the keys
  mmu_notify = 1u << 7,  ///< the caller tells when pages come and go
  rma_event = 1u << 8,
  endpoint = 1u << 9,  ///< a region belongs to one endpoint
  hmem = 1u << 10,
  collective = 1u << 11,
};
template <>
inline constexpr bool is_bit_set<memory_mode> = true;  ///< with |, & and ~

/// What may be done with registered memory: fi_mr(3).
enum class memory_access : std::uint64_t {
  none = 0,
  read = 1ull << 8,   ///< the local buffer of an RMA read or a fetching atomic
  write = 1ull << 9,  ///< the local buffer of an RMA write or an atomic
  recv = 1ull << 10,  ///< receive into it
  send = 1ull << 11,  ///< send from it
  remote_read = 1ull << 12,
  remote_write = 1ull << 13,
};
template <>
inline constexpr bool is_bit_set<memory_access> = true;  ///< with |, & and ~

/// How one operation is done: fi_msg(3), fi_tagged(3), fi_rma(3), "Flags".
enum class operation_flag : std::uint64_t {
  none = 0,
  multi_recv = 1ull << 16,  ///< one buffer for many messages
  more = 1ull << 18,        ///< another one follows at once
  peek = 1ull << 19,        ///< tagged receive: look for a message, take nothing
  fence = 1ull << 21,
  completion = 1ull << 24,
  inject = 1ull << 25,  ///< the buffer is free when the call returns
  inject_complete = 1ull << 26,
  transmit_complete = 1ull << 27,
  delivery_complete = 1ull << 28,  ///< completes when the peer has it (RMA: when it is visible there)
  match_complete = 1ull << 31,
  discard = 1ull << 58,  ///< tagged receive: throw the claimed or peeked message away
  claim = 1ull << 59,    ///< tagged receive: of the message that a peek has claimed
};
template <>
inline constexpr bool is_bit_set<operation_flag> = true;  ///< with |, & and ~

/// What a completion is about: fi_cq(3), "Completion flags".
enum class completion_flag : std::uint64_t {
  none = 0,
  msg = 1ull << 1,
  rma = 1ull << 2,
  tagged = 1ull << 3,
  atomic = 1ull << 4,
  read = 1ull << 8,
  write = 1ull << 9,
  recv = 1ull << 10,
  send = 1ull << 11,
  remote_read = 1ull << 12,
  remote_write = 1ull << 13,
  multi_recv = 1ull << 16,      ///< the buffer of the multi-receive is free
  remote_cq_data = 1ull << 17,  ///< the sender has sent `data`
  more = 1ull << 18,
  claim = 1ull << 59,
};
template <>
inline constexpr bool is_bit_set<completion_flag> = true;  ///< with |, & and ~

/// Which operations stay in their order: fi_endpoint(3), "Message ordering". R is a read, W a write, S a send.
enum class ordering : std::uint64_t {
  none = 0,
  rar = 1ull << 0,
  raw = 1ull << 1,
  ras = 1ull << 2,
  war = 1ull << 3,
  waw = 1ull << 4,
  was = 1ull << 5,
  sar = 1ull << 6,
  saw = 1ull << 7,
  sas = 1ull << 8,  ///< sends after sends: messages arrive in the order they were sent
};
template <>
inline constexpr bool is_bit_set<ordering> = true;  ///< with |, & and ~

/// Which calls must not come at once: fi_domain(3). With `safe`, none: what is said of thread safety here relies on it.
enum class threading { unspecified, safe, fid, domain, completion, endpoint };
/// Whether operations move by themselves, or only when queues are read: fi_domain(3), "Progress Models".
enum class progress { unspecified, automatic, manual };
/// Whether the provider keeps its queues from overrunning: fi_domain(3), "Resource Management".
enum class resource_management { unspecified, disabled, enabled };
/// How an address vector numbers its peers, where `table` counts from 0: fi_av(3).
enum class address_table { unspecified, map, table };
/// What a completion queue says about each operation: fi_cq(3). Each has all of those before it.
enum class queue_format { unspecified, context, msg, data, tagged };
/// What a queue can be waited on with: fi_cq(3), fi_eq(3). weft::fabric itself chooses by wait_kind.
enum class wait_object { none, unspecified, set, fd, mutex_cond, yield };

/// What an atomic operation works on: fi_atomic(3). Those of C++ are found by datatype_of.
enum class datatype {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
};
/// What an atomic operation does: fi_atomic(3). endpoint::atomic_limit() says which the provider has.
enum class atomic_op {
  min,
  max,
  sum,
  product,
  logical_or,
  logical_and,
  bit_or,
  bit_and,
  logical_xor,
  bit_xor,
  read,
  write,
  compare_swap,
  compare_swap_ne,
  compare_swap_le,
  compare_swap_lt,
  compare_swap_ge,
  compare_swap_gt,
  masked_swap,
};

/// The datatype of an arithmetic type.
template <class Number>
requires(std::is_arithmetic_v<Number> && sizeof(Number) <= 8) inline constexpr datatype datatype_of =
    std::is_same_v<Number, float>    ? datatype::float32
    : std::is_same_v<Number, double> ? datatype::float64
                                     : datatype((sizeof(Number) == 1   ? 0
                                                 : sizeof(Number) == 2 ? 2
                                                 : sizeof(Number) == 4 ? 4
                                                                       : 6) +
                                                (std::is_signed_v<Number> ? 0 : 1));

/// A peer in an endpoint's address vector: libfabric's fi_addr_t. Only an address_vector makes one.
/// `any` is libfabric's FI_ADDR_UNSPEC: whoever is connected, or, for a receive, whoever sends.
enum class peer : std::uint64_t { any = ~std::uint64_t{0} };

/// How a thread sleeps until a completion queue has something.
enum class wait_kind {
  descriptor,  ///< poll() on the queue's file descriptor, after fi_trywait
  wait_set,    ///< poll() on the descriptor of a wait set that holds the queue, after fi_wait
  backoff,     ///< look, sleep 50 us, look, sleep longer, up to a millisecond
};

}  // namespace weft::fabric
