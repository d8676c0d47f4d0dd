// SPDX-License-Identifier: MIT
// Nothing but assertions: the public constants are libfabric's.
#include <weft/fabric/constants.hpp>
#include <weft/fabric/operation.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_atomic.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_tagged.h>

namespace weft::fabric {

namespace {

constexpr bool same(auto ours, auto theirs) {
  return static_cast<std::uint64_t>(ours) == static_cast<std::uint64_t>(theirs);
}
/// What libfabric 2.x gave up is zero there; its providers know no such bit.
constexpr bool same_if_any(auto ours, std::uint64_t theirs) { return theirs == 0 || same(ours, theirs); }

static_assert(same(endpoint_type::unspecified, FI_EP_UNSPEC) && same(endpoint_type::msg, FI_EP_MSG) &&
              same(endpoint_type::dgram, FI_EP_DGRAM) && same(endpoint_type::rdm, FI_EP_RDM));

static_assert(same(capability::msg, FI_MSG) && same(capability::rma, FI_RMA) && same(capability::tagged, FI_TAGGED) &&
              same(capability::atomic, FI_ATOMIC) && same(capability::multicast, FI_MULTICAST) &&
              same(capability::collective, FI_COLLECTIVE) && same(capability::read, FI_READ) &&
              same(capability::write, FI_WRITE) && same(capability::recv, FI_RECV) && same(capability::send, FI_SEND) &&
              same(capability::remote_read, FI_REMOTE_READ) && same(capability::remote_write, FI_REMOTE_WRITE));
static_assert(same(capability::multi_recv, FI_MULTI_RECV) && same(capability::trigger, FI_TRIGGER) &&
              same(capability::fence, FI_FENCE) && same(capability::hmem, FI_HMEM) &&
              same_if_any(capability::variable_msg, FI_VARIABLE_MSG) && same(capability::rma_pmem, FI_RMA_PMEM) &&
              same(capability::source_err, FI_SOURCE_ERR) && same(capability::local_comm, FI_LOCAL_COMM) &&
              same(capability::remote_comm, FI_REMOTE_COMM) && same(capability::shared_av, FI_SHARED_AV) &&
              same(capability::rma_event, FI_RMA_EVENT) && same(capability::source, FI_SOURCE) &&
              same(capability::named_rx_ctx, FI_NAMED_RX_CTX) && same(capability::directed_recv, FI_DIRECTED_RECV));

static_assert(same(mode::context, FI_CONTEXT) && same(mode::context2, FI_CONTEXT2) &&
              same(mode::msg_prefix, FI_MSG_PREFIX) && same(mode::rx_cq_data, FI_RX_CQ_DATA) &&
              same(mode::async_iov, FI_ASYNC_IOV) && same_if_any(mode::restricted_comp, FI_RESTRICTED_COMP) &&
              same_if_any(mode::notify_flags_only, FI_NOTIFY_FLAGS_ONLY));

static_assert(same(memory_mode::local, FI_MR_LOCAL) && same(memory_mode::raw, FI_MR_RAW) &&
              same(memory_mode::virt_addr, FI_MR_VIRT_ADDR) && same(memory_mode::allocated, FI_MR_ALLOCATED) &&
              same(memory_mode::prov_key, FI_MR_PROV_KEY) && same(memory_mode::mmu_notify, FI_MR_MMU_NOTIFY) &&
              same(memory_mode::rma_event, FI_MR_RMA_EVENT) && same(memory_mode::endpoint, FI_MR_ENDPOINT) &&
              same(memory_mode::hmem, FI_MR_HMEM) && same(memory_mode::collective, FI_MR_COLLECTIVE));

static_assert(same(memory_access::read, FI_READ) && same(memory_access::write, FI_WRITE) &&
              same(memory_access::recv, FI_RECV) && same(memory_access::send, FI_SEND) &&
              same(memory_access::remote_read, FI_REMOTE_READ) && same(memory_access::remote_write, FI_REMOTE_WRITE));

static_assert(same(operation_flag::multi_recv, FI_MULTI_RECV) && same(operation_flag::more, FI_MORE) &&
              same(operation_flag::peek, FI_PEEK) && same(operation_flag::fence, FI_FENCE) &&
              same(operation_flag::completion, FI_COMPLETION) && same(operation_flag::inject, FI_INJECT) &&
              same(operation_flag::inject_complete, FI_INJECT_COMPLETE) &&
              same(operation_flag::transmit_complete, FI_TRANSMIT_COMPLETE) &&
              same(operation_flag::delivery_complete, FI_DELIVERY_COMPLETE) &&
              same(operation_flag::match_complete, FI_MATCH_COMPLETE) && same(operation_flag::discard, FI_DISCARD) &&
              same(operation_flag::claim, FI_CLAIM));

static_assert(same(completion_flag::msg, FI_MSG) && same(completion_flag::rma, FI_RMA) &&
              same(completion_flag::tagged, FI_TAGGED) && same(completion_flag::atomic, FI_ATOMIC) &&
              same(completion_flag::read, FI_READ) && same(completion_flag::write, FI_WRITE) &&
              same(completion_flag::recv, FI_RECV) && same(completion_flag::send, FI_SEND) &&
              same(completion_flag::remote_read, FI_REMOTE_READ) &&
              same(completion_flag::remote_write, FI_REMOTE_WRITE) &&
              same(completion_flag::multi_recv, FI_MULTI_RECV) &&
              same(completion_flag::remote_cq_data, FI_REMOTE_CQ_DATA) && same(completion_flag::more, FI_MORE) &&
              same(completion_flag::claim, FI_CLAIM));

static_assert(same(ordering::rar, FI_ORDER_RAR) && same(ordering::raw, FI_ORDER_RAW) &&
              same(ordering::ras, FI_ORDER_RAS) && same(ordering::war, FI_ORDER_WAR) &&
              same(ordering::waw, FI_ORDER_WAW) && same(ordering::was, FI_ORDER_WAS) &&
              same(ordering::sar, FI_ORDER_SAR) && same(ordering::saw, FI_ORDER_SAW) &&
              same(ordering::sas, FI_ORDER_SAS));

static_assert(same(threading::unspecified, FI_THREAD_UNSPEC) && same(threading::safe, FI_THREAD_SAFE) &&
              same(threading::fid, FI_THREAD_FID) && same(threading::domain, FI_THREAD_DOMAIN) &&
              same(threading::completion, FI_THREAD_COMPLETION) && same(threading::endpoint, FI_THREAD_ENDPOINT));
static_assert(same(progress::automatic, FI_PROGRESS_AUTO) && same(progress::manual, FI_PROGRESS_MANUAL) &&
              same(resource_management::disabled, FI_RM_DISABLED) &&
              same(resource_management::enabled, FI_RM_ENABLED) && same(address_table::map, FI_AV_MAP) &&
              same(address_table::table, FI_AV_TABLE));
static_assert(same(queue_format::context, FI_CQ_FORMAT_CONTEXT) && same(queue_format::msg, FI_CQ_FORMAT_MSG) &&
              same(queue_format::data, FI_CQ_FORMAT_DATA) && same(queue_format::tagged, FI_CQ_FORMAT_TAGGED));
static_assert(same(wait_object::none, FI_WAIT_NONE) && same(wait_object::unspecified, FI_WAIT_UNSPEC) &&
              same(wait_object::set, FI_WAIT_SET) && same(wait_object::fd, FI_WAIT_FD) &&
              same(wait_object::mutex_cond, FI_WAIT_MUTEX_COND) && same(wait_object::yield, FI_WAIT_YIELD));

static_assert(same(datatype::int8, FI_INT8) && same(datatype::uint8, FI_UINT8) && same(datatype::int16, FI_INT16) &&
              same(datatype::uint16, FI_UINT16) && same(datatype::int32, FI_INT32) &&
              same(datatype::uint32, FI_UINT32) && same(datatype::int64, FI_INT64) &&
              same(datatype::uint64, FI_UINT64) && same(datatype::float32, FI_FLOAT) &&
              same(datatype::float64, FI_DOUBLE));
static_assert(same(atomic_op::min, FI_MIN) && same(atomic_op::max, FI_MAX) && same(atomic_op::sum, FI_SUM) &&
              same(atomic_op::product, FI_PROD) && same(atomic_op::logical_or, FI_LOR) &&
              same(atomic_op::logical_and, FI_LAND) && same(atomic_op::bit_or, FI_BOR) &&
              same(atomic_op::bit_and, FI_BAND) && same(atomic_op::logical_xor, FI_LXOR) &&
              same(atomic_op::bit_xor, FI_BXOR) && same(atomic_op::read, FI_ATOMIC_READ) &&
              same(atomic_op::write, FI_ATOMIC_WRITE) && same(atomic_op::compare_swap, FI_CSWAP) &&
              same(atomic_op::compare_swap_ne, FI_CSWAP_NE) && same(atomic_op::compare_swap_le, FI_CSWAP_LE) &&
              same(atomic_op::compare_swap_lt, FI_CSWAP_LT) && same(atomic_op::compare_swap_ge, FI_CSWAP_GE) &&
              same(atomic_op::compare_swap_gt, FI_CSWAP_GT) && same(atomic_op::masked_swap, FI_MSWAP));

static_assert(same(peer::any, FI_ADDR_UNSPEC));

// FI_CONTEXT wants 32 bytes of each operation, FI_CONTEXT2 wants 64.
static_assert(sizeof(fi_context2) <= operation_context_bytes && alignof(fi_context2) <= alignof(std::uint64_t));

}  // namespace

}  // namespace weft::fabric
